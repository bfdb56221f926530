internal import Formats
import Values

/// The result of verifying a delivery.
public struct VerificationReport: Sendable, Equatable {
    /// What was compared with the manifest.
    public enum Subject: Sendable, Equatable {
        /// Files: their bytes, SHA-256 and rows.
        case files
        /// The tables of a database: how many rows they have.
        case tables
    }

    public var manifest: Manifest
    /// All differences from the manifest; empty if there are none. Files of the manifest come
    /// first, in its order, then extra files by name.
    public var findings: [Finding]
    /// Files whose rows were not counted, and why: only the holder of the key can read encrypted
    /// files.
    public var notCounted: [NotCounted] = []
    /// How many bytes were read and hashed.
    public var bytesRead: Int64
    public var subject = Subject.files

    public init(
        manifest: Manifest, findings: [Finding] = [], bytesRead: Int64 = 0,
        subject: Subject = .files
    ) {
        self.manifest = manifest
        self.findings = findings
        self.bytesRead = bytesRead
        self.subject = subject
    }

    /// Whether the delivery matches the manifest exactly.
    public var isComplete: Bool { findings.isEmpty }

    /// A file whose rows were not counted.
    public struct NotCounted: Sendable, Equatable {
        public var file: String
        public var reason: String
    }

    /// A difference from the manifest.
    public enum Finding: Sendable, Equatable, CustomStringConvertible {
        case missing(file: String)
        /// An entry of the folder that the manifest does not name.
        case extra(file: String)
        /// A folder, link or device instead of a file.
        case notAFile(file: String)
        case unreadable(file: String, reason: String)
        /// Fewer bytes than in the manifest.
        case short(file: String, expected: Int64, actual: Int64)
        /// More bytes than in the manifest.
        case long(file: String, expected: Int64, actual: Int64)
        /// The same number of bytes, but different ones.
        case changed(file: String, expected: String, actual: String)
        /// Another number of rows than in the manifest.
        case wrongRows(file: String, expected: Int64, actual: Int64)
        /// The bytes match the manifest, but are not a valid file of the format.
        case damaged(file: String, reason: String)

        public var description: String {
            switch self {
            case .missing(let file): "missing: \(shown(file))"
            case .extra(let file): "extra: \(shown(file)) is not in the manifest"
            case .notAFile(let file): "not a file: \(shown(file))"
            case .unreadable(let file, let reason): "unreadable: \(shown(file)): \(shown(reason))"
            case .short(let file, let expected, let actual):
                "short: \(shown(file)) has \(actual) bytes, the manifest says \(expected)"
            case .long(let file, let expected, let actual):
                "long: \(shown(file)) has \(actual) bytes, the manifest says \(expected)"
            case .changed(let file, let expected, let actual):
                "changed: \(shown(file)) has SHA-256 \(actual), the manifest says \(expected)"
            case .wrongRows(let file, let expected, let actual):
                "wrong rows: \(shown(file)) has \(actual), the manifest says \(expected)"
            case .damaged(let file, let reason): "damaged: \(shown(file)): \(shown(reason))"
            }
        }
    }
}
