internal import Crypto
internal import Formats

/// The comparison of one file with the manifest.
final class FileCheck {
    private let file: Manifest.File
    private let settings: DataTemplateSettings
    private var sha256 = SHA256()
    private var contents: FileContents
    private var damage: String?
    private(set) var bytes: Int64 = 0
    private(set) var notCounted: [VerificationReport.NotCounted] = []

    /// The checks of a file's bytes.
    private enum FileContents {
        case rows(RowCount)
        case archive(ArchiveCheck)
        /// They are encrypted.
        case unreadable
    }

    init(of file: Manifest.File, format: DataTemplateSettings) {
        self.file = file
        settings = format
        if format.encryption != nil {
            contents = .unreadable
        } else if let members = file.members, let archive = format.archive {
            contents = .archive(
                ArchiveCheck(of: members, in: file.name, archive.makeReader(), format: format))
        } else {
            contents = .rows(RowCount(format))
        }
    }

    /// - Throws: Errors that end the whole verification: nothing can be read there.
    func findings(in folder: any DeliveryFolder) throws -> [VerificationReport.Finding] {
        let decompressor: (any Decompressor)? = attempt { try makeDecompressor() } ?? nil
        do {
            try folder.read(file.name) { chunk in
                bytes += Int64(chunk.count)
                sha256.update(bufferPointer: chunk)
                if damage == nil { look(at: chunk, through: decompressor) }
            }
        } catch let error as DeliveryReadingError {
            return [error.finding(file.name)]
        }
        if damage == nil {
            attempt {
                try decompressor?.finish()
                if case .archive(let check) = contents { try check.finish() }
            }
        }
        return differences()
    }

    /// Records an error as damage.
    @discardableResult
    private func attempt<Value>(_ work: () throws -> Value) -> Value? {
        do {
            return try work()
        } catch {
            // Continue hashing: the comparison of the bytes is still useful.
            damage = "\(error)"
            return nil
        }
    }

    private func makeDecompressor() throws(CompressionError) -> (any Decompressor)? {
        switch contents {
        case .rows: try settings.fileCompression.makeDecompressor()
        case .archive: try settings.archiveCompression.makeDecompressor()
        case .unreadable: nil
        }
    }

    private func look(
        at chunk: UnsafeRawBufferPointer, through decompressor: (any Decompressor)?
    ) {
        attempt {
            if let decompressor {
                try decompressor.decompress(chunk) { try look(at: $0) }
            } else {
                try look(at: chunk)
            }
        }
    }

    private func look(at bytes: UnsafeRawBufferPointer) throws {
        switch contents {
        case .rows(let count): count.take(bytes)
        case .archive(let check): try check.read(bytes)
        case .unreadable: break
        }
    }

    private func differences() -> [VerificationReport.Finding] {
        var findings: [VerificationReport.Finding] = []
        let hash = sha256.finalize().hexadecimal
        if bytes < file.bytes {
            findings.append(.short(file: file.name, expected: file.bytes, actual: bytes))
        } else if bytes > file.bytes {
            findings.append(.long(file: file.name, expected: file.bytes, actual: bytes))
        } else if hash != file.sha256 {
            findings.append(.changed(file: file.name, expected: file.sha256, actual: hash))
        }
        let isAsDelivered = findings.isEmpty
        // Of a file whose bytes differ, damage is only a consequence.
        if let damage, isAsDelivered {
            findings.append(.damaged(file: file.name, reason: damage))
        }
        switch contents {
        case .unreadable:
            notCounted = [.init(file: file.name, reason: "encrypted")]
        case .archive(let check):
            findings += check.findings(isWhole: isAsDelivered && damage == nil)
            notCounted = check.notCounted
        case .rows(let count) where damage == nil:
            switch count.result(expected: file.rows, of: file.name) {
            case .counted(let finding?): findings.append(finding)
            case .counted(nil): break
            case .notCounted(let reason): notCounted = [.init(file: file.name, reason: reason)]
            case .damaged(let reason):
                if isAsDelivered { findings.append(.damaged(file: file.name, reason: reason)) }
            }
        case .rows: break
        }
        return findings
    }
}

extension DeliveryReadingError {
    /// The finding for a file that could not be read.
    func finding(_ file: String) -> VerificationReport.Finding {
        switch self {
        case .missing: .missing(file: file)
        case .notARegularFile: .notAFile(file: file)
        case .failed(let reason, _): .unreadable(file: file, reason: reason)
        }
    }
}
