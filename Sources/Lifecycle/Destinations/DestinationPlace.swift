import Values

/// Where a destination's files are, according to its settings.
///
/// Places are compared as they are written: links, other names of a host, and other credentials for
/// the same database are not resolved.
struct DestinationPlace {
    /// What contains it, as keys that are equal for the same server, bucket or database. One common
    /// key is enough.
    private let holders: Set<[UInt8]>
    /// The names of the folders that lead to it, outermost first.
    private let path: [[UInt8]]

    /// - Parameter kind: One of ``Destination/kinds``.
    init(kind: String, settings: JSONValue) {
        func text(_ name: String, instead: String = "") -> String {
            guard case .object(let members) = settings, case .string(let text)? = members[name]
            else { return instead }
            return text
        }
        var holders: [String] = []
        switch kind {
        // One name of a bucket may be reached by several endpoints.
        case "s3": holders = ["s3:" + text("bucket")]
        case "sftp":
            holders = [
                "sftp host:" + text("host").lowercased(), "sftp key:" + text("host_key"),
            ]
        case "postgres":
            holders = [
                "postgres:\(text("credential"))/\(text("schema", instead: "public"))"
            ]
        default: holders = [kind]
        }
        self.holders = Set(holders.map { Array($0.utf8) })
        path = text(kind == "s3" ? "prefix" : "path").utf8
            .split(separator: UInt8(ascii: "/"))
            .map(Array.init)
            .filter { $0 != [UInt8(ascii: ".")] }
    }

    /// Whether both are one place, or one is inside the other.
    func overlaps(_ other: DestinationPlace) -> Bool {
        !holders.isDisjoint(with: other.holders) && zip(path, other.path).allSatisfy { $0 == $1 }
    }

    func isSame(as other: DestinationPlace) -> Bool {
        holders == other.holders && path == other.path
    }
}

extension Destination {
    var place: DestinationPlace { DestinationPlace(kind: destinationKind, settings: settings) }
}
