import Crypto
import Destinations
import Dispatch
import Formats

/// An archive that is being written, its members one after the other, each like a file.
final class ArchiveFile: @unchecked Sendable {
    // Sendable because the writer is used for one member at a time, by the thread that writes it.

    private static let bytesAtOnceMax = 4 << 20

    private let name: String
    private let writer: any ArchiveWriter
    private let sink: FileSink

    init(_ name: String, _ writer: any ArchiveWriter, _ sink: FileSink) {
        self.name = name
        self.writer = writer
        self.sink = sink
    }

    /// Begins a member, once the one before has been finished.
    func begin(_ name: String) throws -> any StagedFileWriter {
        try writer.begin(name) { try pass($0) }
        return Member(of: self)
    }

    /// Ends the archive and makes it durable.
    ///
    /// - Parameter rows: Those of all members.
    func finish(rows: Int64, pgpKey: String?) async throws -> FinishedFile {
        try await withCheckedThrowingContinuation { continuation in
            // A thread that may block.
            DispatchQueue.global().async { [self] in
                continuation.resume(with: Result { try writer.finish { try pass($0) } })
            }
        }
        let written = try await sink.finish()
        return FinishedFile(
            name: name, rows: rows, bytes: written.bytes, sha256: written.sha256, pgpKey: pgpKey)
    }

    func abandon() async { await sink.abandon() }

    /// Blocks while the destination is slower.
    private func pass(_ bytes: UnsafeRawBufferPointer) throws {
        // They are copied, and may be as large as a value.
        var rest = bytes
        while !rest.isEmpty {
            let piece = rest.prefix(Self.bytesAtOnceMax)
            try sink.submit(Array(piece))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
        }
    }

    /// A member that is being written.
    private final class Member: StagedFileWriter, @unchecked Sendable {
        // Sendable because it is used by one thread at a time, as its protocol says.
        private let archive: ArchiveFile
        private var sha256 = SHA256()
        private var bytes: Int64 = 0

        init(of archive: ArchiveFile) { self.archive = archive }

        func write(_ bytes: UnsafeRawBufferPointer) throws {
            sha256.update(bufferPointer: bytes)
            self.bytes += Int64(bytes.count)
            try archive.writer.write(bytes) { try archive.pass($0) }
        }

        func finish() throws -> WrittenFile {
            try archive.writer.endMember { try archive.pass($0) }
            return WrittenFile(bytes: bytes, sha256: sha256.finalize().hexadecimal)
        }

        /// The archive is then abandoned, too.
        func abandon() {}
    }
}
