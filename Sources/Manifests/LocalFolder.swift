internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A folder of this machine.
public struct LocalFolder: DeliveryFolder {
    private let folder: String

    /// - Parameter path: Absolute, or relative to the working directory; empty for that itself.
    public init(_ path: String) {
        folder = path.isEmpty ? "." : path
    }

    public func path(of name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    public func folder(_ name: String) -> any DeliveryFolder { LocalFolder(path(of: name)) }

    public func names() throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw DeliveryReadingError.failed(reason: "its folder cannot be listed")
        }
    }

    public func read(_ name: String, _ chunk: (UnsafeRawBufferPointer) throws -> Void) throws {
        try readFile(at: path(of: name), chunk)
    }
}

/// Does not follow symbolic links or wait for pipes.
private func readFile(
    at path: String, _ chunk: (UnsafeRawBufferPointer) throws -> Void
) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
        switch errno {
        case ENOENT: throw DeliveryReadingError.missing
        case ELOOP, ENXIO: throw DeliveryReadingError.notARegularFile
        default: throw DeliveryReadingError.failed(reason: String(cString: strerror(errno)))
        }
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw DeliveryReadingError.notARegularFile
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count == 0 { return }
        if count > 0 {
            try chunk(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } else if errno != EINTR {
            throw DeliveryReadingError.failed(reason: String(cString: strerror(errno)))
        }
    }
}
