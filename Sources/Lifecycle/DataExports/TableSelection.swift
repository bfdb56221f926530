public import Values

/// Which tables of its database a data export sends.
///
/// In JSON: `"all"`, or an array of canonical table names, sorted, each once.
public enum TableSelection: Hashable, Sendable {
    /// Every table of the database at the time of each run.
    case all
    /// These, sorted, each once. Empty only in a draft.
    case tables([TableName])

    /// The most tables one selection may name.
    public static let tablesMax = 10_000

    /// A selection of these tables, sorted, each once.
    public init(_ tables: some Sequence<TableName>) {
        self = .tables(Set(tables).sorted())
    }
}

extension TableSelection: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let tables = try? value.decode([TableName].self) {
            self.init(tables)
        } else if try value.decode(String.self) == "all" {
            self = .all
        } else {
            throw DecodingError.dataCorruptedError(
                in: value, debugDescription: "tables are \"all\" or an array of names")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .all: try container.encode("all")
        case .tables(let tables): try container.encode(tables)
        }
    }

    /// The same as a JSON value, for the details of an event.
    var json: JSONValue {
        switch self {
        case .all: "all"
        case .tables(let tables): .array(tables.map { .string($0.canonical) })
        }
    }
}
