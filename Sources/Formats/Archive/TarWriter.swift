/// Writes a tar. A member's size comes first there, so each is buffered until it ends: in memory if
/// it is small, otherwise in a temporary file.
final class TarWriter: ArchiveWriter {
    private let modified: Int64
    private var name = ""
    private var spool = Spool()

    /// - Parameter modified: In seconds since 1970-01-01T00:00:00Z.
    init(modified: Int64) { self.modified = modified }

    func begin(_ name: String, into output: Output) throws {
        self.name = name
        try spool.empty()
    }

    func write(_ bytes: UnsafeRawBufferPointer, into output: Output) throws {
        try spool.append(bytes)
    }

    func endMember(into output: Output) throws {
        let header = TarHeader(name: name, size: spool.count, modified: modified)
        try pass(header.bytes, to: output)
        try spool.forEachChunk(output)
        try pass(TarHeader.padding(after: spool.count), to: output)
    }

    func finish(into output: Output) throws {
        spool = Spool()
        try pass([UInt8](repeating: 0, count: 2 * TarHeader.blockBytes), to: output)
    }

    private func pass(_ bytes: [UInt8], to output: Output) throws {
        if !bytes.isEmpty { try bytes.withUnsafeBytes { try output($0) } }
    }
}
