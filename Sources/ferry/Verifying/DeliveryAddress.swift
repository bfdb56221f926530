import Foundation
import Manifests
import Values

/// The location of a delivery to verify.
enum DeliveryAddress: Equatable {
    /// A file or a folder of this machine.
    case local(String)
    /// A folder of a destination. Without a `file`, it has a manifest or a `latest.json`.
    case folder(
        kind: String, path: [String], file: String?, settings: [String: JSONValue],
        sandbox: String? = nil)
    /// The tables of a database.
    case tables(run: Int64, settings: [String: JSONValue])

    /// Parses an address of the command line; names in it are not percent-encoded.
    ///
    /// - Throws: ``Failure``
    init(_ text: String) throws {
        if let rest = text.behind("s3://") {
            self = try Self.s3(rest)
        } else if let rest = text.behind("sftp://") {
            self = try Self.sftp(rest)
        } else if let run = text.behind("postgres:").flatMap({ Int64($0) }) {
            self = .tables(run: run, settings: [:])
        } else if text.prefixMatch(of: #/(?i)postgres(ql)?:/#) != nil {
            // Not repeated in the message: it may be a connection string with a password.
            throw Failure(
                .usage, "give tables as postgres:RUN, such as postgres:42",
                hint: "the connection string comes from a credential: --credential NAME")
        } else if let scheme = text.prefixMatch(of: #/[A-Za-z][A-Za-z0-9+.\-]*:///#)?.output {
            throw Failure(
                .usage, "cannot read deliveries from \(scheme)",
                hint: "give a path, s3://bucket/folder, sftp://user@host/folder or postgres:RUN")
        } else {
            self = .local(text)
        }
    }

    private static func s3(_ text: String) throws -> DeliveryAddress {
        let (path, file) = split(text)
        guard let bucket = path.first, !text.hasPrefix("/") else {
            throw Failure(.usage, "s3:// needs a bucket: s3://bucket/folder")
        }
        return .folder(
            kind: "s3", path: Array(path.dropFirst()), file: file,
            settings: ["bucket": .string(bucket)])
    }

    private static func sftp(_ text: String) throws -> DeliveryAddress {
        let server = text.prefix { $0 != "/" }
        let (path, file) = split(String(text.dropFirst(server.count)))
        // A user name may contain @: the last one ends it.
        var parts = server.split(separator: "@", omittingEmptySubsequences: false)
        let address = parts.removeLast()
        let user = parts.isEmpty ? nil : parts.joined(separator: "@")
        if user?.contains(":") == true {
            throw Failure(
                .usage, "the address contains a password, which others can see",
                hint: "use a credential: --credential NAME")
        }
        let form = #/(?:\[([^\]]+)\]|([^:\[\]]+))(?::([0-9]{1,5}))?/#
        guard let found = address.wholeMatch(of: form),
            let host = found.output.1 ?? found.output.2
        else {
            throw Failure(
                .usage,
                "sftp:// needs a host: sftp://user@host/folder, sftp://user@host:2222/folder"
            )
        }
        var settings: [String: JSONValue] = [
            "host": .string(String(host)), "path": .string("/" + path.joined(separator: "/")),
        ]
        if let user { settings["user"] = .string(user) }
        if let port = found.output.3.flatMap({ Int64($0) }) { settings["port"] = .int(port) }
        return .folder(kind: "sftp", path: [], file: file, settings: settings)
    }

    /// The folders of a path, and the file at its end, if it names one that deliveries have.
    private static func split(_ path: String) -> (folders: [String], file: String?) {
        var names = path.split(separator: "/").map(String.init)
        guard let last = names.last, [Manifest.fileName, LatestDelivery.fileName].contains(last)
        else { return (names, nil) }
        names.removeLast()
        return (names, last)
    }
}

extension String {
    /// The text after a prefix; nil if it has another beginning.
    fileprivate func behind(_ prefix: String) -> String? {
        guard lowercased().hasPrefix(prefix) else { return nil }
        return String(unicodeScalars.dropFirst(prefix.unicodeScalars.count))
    }
}
