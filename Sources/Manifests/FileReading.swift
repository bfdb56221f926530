#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Why a file could not be read.
enum FileReadingError: Error {
    case missing
    case notARegularFile
    case failed(reason: String)
}

/// Passes the bytes of a regular file on, in order, in chunks of at most 1 MiB that are valid
/// only during the call. Follows no symbolic link and waits for no pipe.
func readFile(
    at path: String, chunk: (UnsafeRawBufferPointer) throws -> Void
) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
        switch errno {
        case ENOENT: throw FileReadingError.missing
        case ELOOP, ENXIO: throw FileReadingError.notARegularFile
        default: throw FileReadingError.failed(reason: String(cString: strerror(errno)))
        }
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw FileReadingError.notARegularFile
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count == 0 { return }
        if count > 0 {
            try chunk(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } else if errno != EINTR {
            throw FileReadingError.failed(reason: String(cString: strerror(errno)))
        }
    }
}
