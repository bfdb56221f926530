internal import Formats
import Values

extension Manifest {
    /// Whether `name` is a plain name of a file next to the manifest.
    static func isPlainFileName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
            && !name.utf8.contains(0)
    }

    /// Members of an archive must satisfy the rules for files, and add up to the archive.
    private static func check(_ members: [File], of archive: File) throws(ManifestError) {
        if let nested = members.first(where: { $0.members != nil || $0.table == nil }) {
            throw .unsafeFileName(nested.name)
        }
        try check(members)
        // No sum of these can overflow.
        guard members.reduce(0, { $0 + $1.rows }) == archive.rows else {
            throw .impossibleNumber(file: archive.name)
        }
    }

    static func check(_ files: [File]) throws(ManifestError) {
        var names: Set<String> = []
        var rows: Int64 = 0
        var bytes: Int64 = 0
        for file in files {
            guard isPlainFileName(file.name), file.name != fileName else {
                throw .unsafeFileName(file.name)
            }
            guard names.insert(file.name).inserted else { throw .duplicateFile(file.name) }
            let (rowsSum, rowsOverflow) = rows.addingReportingOverflow(file.rows)
            let (bytesSum, bytesOverflow) = bytes.addingReportingOverflow(file.bytes)
            guard file.rows >= 0, file.bytes >= 0, !rowsOverflow, !bytesOverflow else {
                throw .impossibleNumber(file: file.name)
            }
            (rows, bytes) = (rowsSum, bytesSum)
            let isHash =
                file.sha256.utf8.count == 64
                && file.sha256.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
            guard isHash else { throw .impossibleHash(file: file.name) }
            if let members = file.members { try check(members, of: file) }
        }
    }
}

/// Why a manifest was rejected before any file was read.
public enum ManifestError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The manifest is missing.
    case missing(path: String)
    /// The manifest could not be read.
    case unreadable(path: String, reason: String)
    /// The bytes are not those of a `latest.json`.
    case notALatest(path: String)
    /// The manifest is not the one that a `latest.json` names. Both by SHA-256.
    case notTheLatest(path: String, expected: String, actual: String)
    /// The manifest is not the expected one. Both by SHA-256.
    case notTheExpected(path: String, expected: String, actual: String)
    /// The bytes are not a manifest.
    case notAManifest(reason: String)
    /// It was written by a version of Ferry with another schema.
    case unknownVersion(String)
    /// It names a file outside of its own folder, or itself.
    case unsafeFileName(String)
    case duplicateFile(String)
    /// A negative number of rows or bytes, or more than can be counted.
    case impossibleNumber(file: String)
    /// The SHA-256 is not 64 lowercase hexadecimal digits.
    case impossibleHash(file: String)
    /// The totals are not the sums over the files.
    case wrongTotals

    public var description: String {
        switch self {
        case .missing(let path):
            "cannot read the manifest \"\(shown(path))\": no such file"
        case .unreadable(let path, let reason):
            "cannot read the manifest \"\(shown(path))\": \(reason)"
        case .notALatest(let path):
            "\"\(shown(path))\" is not a latest.json of Ferry"
        case .notTheLatest(let path, let expected, let actual):
            "the manifest \"\(shown(path))\" has SHA-256 \(actual), latest.json says \(expected): "
                + "do not trust this delivery"
        case .notTheExpected(let path, let expected, let actual):
            "the manifest \"\(shown(path))\" has SHA-256 \(actual), expected \(expected): do not "
                + "trust this delivery"
        case .notAManifest(let reason):
            "this is not a manifest of Ferry: \(shown(reason))"
        case .unknownVersion(let version):
            "the manifest has the schema \"\(shown(version))\", this version of Ferry reads "
                + "\"\(Manifest.schema)\": verify it with the version that wrote it, or a later one"
        case .unsafeFileName(let name):
            "the manifest names the file \"\(shown(name))\", but its files must be in the same "
                + "folder: do not trust this manifest"
        case .duplicateFile(let name):
            "the manifest names the file \"\(shown(name))\" twice: do not trust this manifest"
        case .impossibleNumber(let file):
            "the manifest gives the file \"\(shown(file))\" an impossible number of rows or bytes: "
                + "do not trust this manifest"
        case .impossibleHash(let file):
            "the manifest gives the file \"\(shown(file))\" a SHA-256 that is not 64 lowercase "
                + "hexadecimal digits: do not trust this manifest"
        case .wrongTotals:
            "the manifest's totals are not the sums over its files: do not trust this manifest"
        }
    }
}
