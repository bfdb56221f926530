internal import Crypto
internal import Formats

/// The comparison of the files in an archive with the manifest.
final class ArchiveCheck {
    private let archive: String
    private let reader: any ArchiveReader
    private let settings: DataTemplateSettings
    /// The files not found yet.
    private var expected: [String: Manifest.File]
    private var current: Member?
    private var found: [VerificationReport.Finding] = []
    private(set) var notCounted: [VerificationReport.NotCounted] = []

    private struct Member {
        /// Nil for a file that the manifest does not name.
        let file: Manifest.File?
        let name: String
        let rows: RowCount
        var sha256 = SHA256()
        var bytes: Int64 = 0
    }

    init(
        of members: [Manifest.File], in archive: String, _ reader: any ArchiveReader,
        format: DataTemplateSettings
    ) {
        self.archive = archive
        self.reader = reader
        settings = format
        expected = Dictionary(members.map { ($0.name, $0) }) { first, _ in first }
    }

    /// - Throws: `ArchiveError.damaged`
    func read(_ bytes: UnsafeRawBufferPointer) throws {
        try reader.read(bytes) { part in
            switch part {
            case .member(let name):
                current = Member(
                    file: expected.removeValue(forKey: name), name: archive + "/" + name,
                    rows: RowCount(settings))
            case .bytes(let bytes):
                current?.sha256.update(bufferPointer: bytes)
                current?.bytes += Int64(bytes.count)
                current?.rows.take(bytes)
            case .end:
                if let member = current { compare(member) }
                current = nil
            }
        }
    }

    /// - Throws: `ArchiveError.damaged`
    func finish() throws { try reader.finish() }

    /// The differences from the manifest.
    ///
    /// - Parameter isWhole: Whether the archive was read completely and is the delivered one: only
    ///   then are missing files reported.
    func findings(isWhole: Bool) -> [VerificationReport.Finding] {
        let missing = isWhole ? expected.keys.sorted() : []
        return found + missing.map { .missing(file: archive + "/" + $0) }
    }

    private func compare(_ member: Member) {
        guard let file = member.file else {
            found.append(.extra(file: member.name))
            return
        }
        let hash = member.sha256.finalize().hexadecimal
        let before = found.count
        if member.bytes < file.bytes {
            found.append(
                .short(file: member.name, expected: file.bytes, actual: member.bytes))
        } else if member.bytes > file.bytes {
            found.append(
                .long(file: member.name, expected: file.bytes, actual: member.bytes))
        } else if hash != file.sha256 {
            found.append(.changed(file: member.name, expected: file.sha256, actual: hash))
        }
        switch member.rows.result(expected: file.rows, of: member.name) {
        case .counted(let finding?): found.append(finding)
        case .counted(nil): break
        case .notCounted(let reason): notCounted.append(.init(file: member.name, reason: reason))
        case .damaged(let reason) where found.count == before:
            found.append(.damaged(file: member.name, reason: reason))
        case .damaged: break
        }
    }
}
