internal import Formats
internal import Foundation

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

/// The rows that a Parquet file says it has.
///
/// - Throws: ``FileReadingError``; `CompressionError` when its end is damaged.
func parquetRows(at path: String) throws -> Int64 {
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? file.close() }
    func last(_ count: Int, before end: UInt64) throws -> Data {
        guard end >= UInt64(count) else {
            throw CompressionError.damaged("it is too short for a Parquet file")
        }
        try file.seek(toOffset: end - UInt64(count))
        return try file.read(upToCount: count) ?? Data()
    }
    let size = try file.seekToEnd()
    let trailer = try last(ParquetFooter.trailerBytes, before: size)
    let bytes = try trailer.withUnsafeBytes { try ParquetFooter.metadataBytes(trailer: $0) }
    let metadata = try last(bytes, before: size - UInt64(ParquetFooter.trailerBytes))
    return try metadata.withUnsafeBytes { try ParquetFooter.rows(metadata: $0) }
}
