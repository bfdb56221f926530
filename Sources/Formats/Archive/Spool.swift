internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Buffers bytes: a few in memory, more in an unnamed temporary file, which disappears when the
/// process ends, however it ends.
final class Spool {
    /// The number of bytes kept in memory.
    static let bytesInMemory = 4 << 20

    private let folder: String
    private let memoryMax: Int
    private var memory: [UInt8] = []
    /// Nil while everything is in memory.
    private var file: Int32?
    private(set) var count: Int64 = 0

    /// - Parameter folder: Nil for the temporary directory (`TMPDIR`).
    init(in folder: String? = nil, memoryMax: Int = bytesInMemory) {
        self.folder =
            folder ?? FileManager.default.temporaryDirectory.path(percentEncoded: false)
        self.memoryMax = memoryMax
    }

    deinit { if let file { close(file) } }

    func empty() throws(ArchiveError) {
        memory.removeAll(keepingCapacity: true)
        count = 0
        guard let file else { return }
        guard ftruncate(file, 0) == 0, lseek(file, 0, SEEK_SET) == 0 else { throw failure() }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        count += Int64(bytes.count)
        if memory.count + bytes.count <= memoryMax {
            memory += bytes
            return
        }
        let file = try openFile()
        if !memory.isEmpty {
            try write(memory, to: file)
            memory.removeAll(keepingCapacity: true)
        }
        try write(bytes, to: file)
    }

    /// All bytes, in order.
    func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        if let file {
            guard lseek(file, 0, SEEK_SET) == 0 else { throw failure() }
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
            defer { buffer.deallocate() }
            while true {
                let count = read(file, buffer.baseAddress, buffer.count)
                if count == 0 { break }
                if count > 0 {
                    try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } else if errno != EINTR {
                    throw failure()
                }
            }
        }
        if !memory.isEmpty { try memory.withUnsafeBytes { try body($0) } }
    }

    private func openFile() throws(ArchiveError) -> Int32 {
        if let file { return file }
        var template = Array((folder + "/ferry-spool-XXXXXX").utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw failure() }
        unlink(template)
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        self.file = file
        return file
    }

    private func write(_ bytes: [UInt8], to file: Int32) throws(ArchiveError) {
        let failed = bytes.withUnsafeBytes { !writeAll($0, to: file) }
        if failed { throw failure() }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to file: Int32) throws(ArchiveError) {
        guard writeAll(bytes, to: file) else { throw failure() }
    }

    /// - Returns: False if it failed; `errno` has the reason.
    private func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            #if canImport(Glibc)
                let count = Glibc.write(file, piece.baseAddress, piece.count)
            #else
                let count = Darwin.write(file, piece.baseAddress, piece.count)
            #endif
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    private func failure() -> ArchiveError {
        .noSpool(folder: folder, reason: String(cString: strerror(errno)))
    }
}
