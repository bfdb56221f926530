internal import CZlib

/// Writes a ZIP file sequentially.
final class ZipWriter: ArchiveWriter {
    private let modified: ZipTime
    private let marksMembers: Bool
    private var directory = ZipDirectory()
    private var current: ZipDirectory.Member?
    private var compressor: GzipCompressor?
    private var position: UInt64 = 0

    /// - Parameters:
    ///   - modified: In seconds since 1970-01-01T00:00:00Z.
    ///   - marksMembers: Whether all members are written as if they exceeded 4 GiB.
    init(modified: Int64, marksMembers: Bool = false) {
        self.modified = ZipTime(modified)
        self.marksMembers = marksMembers
    }

    func begin(_ name: String, into output: Output) throws {
        let member = ZipDirectory.Member(
            name: Array(name.utf8), modified: modified, offset: position, isMarked: marksMembers)
        current = member
        compressor = try GzipCompressor(wrapping: .none)
        try pass(ZipDirectory.header(member), to: output)
    }

    func write(_ bytes: UnsafeRawBufferPointer, into output: Output) throws {
        guard var member = current, let compressor else {
            preconditionFailure("no member was begun")
        }
        member.crc = crc(of: bytes, after: member.crc)
        member.uncompressed += UInt64(bytes.count)
        let start = position
        try compressor.process(bytes) { try pass($0, to: output) }
        member.compressed += position - start
        current = member
    }

    func endMember(into output: Output) throws {
        guard var member = current, let compressor else {
            preconditionFailure("no member was begun")
        }
        let start = position
        try compressor.finish { try pass($0, to: output) }
        member.compressed += position - start
        try pass(ZipDirectory.descriptor(member), to: output)
        directory.members.append(member)
        current = nil
        self.compressor = nil
    }

    func finish(into output: Output) throws {
        let start = position
        for member in directory.members { try pass(ZipDirectory.entry(member), to: output) }
        try pass(directory.end(offset: start, bytes: position - start), to: output)
    }

    private func pass(_ bytes: [UInt8], to output: Output) throws {
        try bytes.withUnsafeBytes { try pass($0, to: output) }
    }

    private func pass(_ bytes: UnsafeRawBufferPointer, to output: Output) throws {
        position += UInt64(bytes.count)
        try output(bytes)
    }
}

/// Continues a CRC-32, initially 0, over the next bytes.
func crc(of bytes: UnsafeRawBufferPointer, after start: UInt32) -> UInt32 {
    guard let base = bytes.bindMemory(to: Bytef.self).baseAddress else { return start }
    return UInt32(truncatingIfNeeded: crc32_z(uLong(start), base, bytes.count))
}
