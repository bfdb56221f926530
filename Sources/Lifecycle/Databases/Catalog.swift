public import Values

/// What there is in a database at one moment.
public struct Catalog: Hashable, Sendable {
    /// What a name refers to, from the view of a data export.
    public enum Relation: Hashable, Sendable {
        /// A table that the exporting role can read.
        case readable
        /// A table that it may not read: SELECT on it, or USAGE of its schema, is not granted.
        case unreadable
        /// A table whose row-level security would hide rows from it.
        case hidingRows
        /// A table with rows on other servers, which no snapshot of this one covers.
        case scattered
        /// Not a table but the given kind of object, with an article: "a view".
        case other(String)

        public var isTable: Bool {
            switch self {
            case .readable, .unreadable, .hidingRows, .scattered: true
            case .other: false
            }
        }
    }

    /// Everything that could be mistaken for a table, by name.
    public let relations: [TableName: Relation]
    /// The role that read the catalog.
    public let role: SourceRole

    public init(_ relations: [TableName: Relation], role: SourceRole) {
        self.relations = relations
        self.role = role
    }

    /// The names of all tables.
    public var tables: [TableName] { relations.filter(\.value.isTable).map(\.key) }
}

/// The reasons why tables cannot be sent, each with its tables.
struct TableProblems {
    private(set) var missing: [TableName] = []
    private(set) var unreadable: [TableName] = []
    private(set) var hidingRows: [TableName] = []
    private(set) var scattered: [TableName] = []
    /// Names of other objects, and their kinds.
    private(set) var others: [(name: TableName, kind: String)] = []

    /// - Parameter selection: "all" means the existing tables.
    init(of selection: TableSelection, in catalog: Catalog) {
        let names =
            switch selection {
            case .all: catalog.tables
            case .tables(let tables): tables
            }
        for name in names {
            switch catalog.relations[name] {
            case .none: missing.append(name)
            case .unreadable: unreadable.append(name)
            case .hidingRows: hidingRows.append(name)
            case .scattered: scattered.append(name)
            case .other(let kind): others.append((name, kind))
            case .readable: break
            }
        }
    }

    var isEmpty: Bool {
        missing.isEmpty && unreadable.isEmpty && hidingRows.isEmpty && scattered.isEmpty
            && others.isEmpty
    }

    /// As text, a clause for each kind; empty if all can be sent.
    var reasons: [String] {
        var reasons: [String] = []
        if !missing.isEmpty { reasons.append("tables missing: \(listed(missing))") }
        if !others.isEmpty {
            let kinds = others.map { "\(shown($0.name.canonical)) is \($0.kind)" }
            reasons.append("not tables: \(listed(kinds))")
        }
        if !unreadable.isEmpty { reasons.append("tables not readable: \(listed(unreadable))") }
        if !hidingRows.isEmpty {
            reasons.append("tables whose row-level security hides rows: \(listed(hidingRows))")
        }
        if !scattered.isEmpty {
            reasons.append(
                "tables with rows on other servers, which no single snapshot covers: "
                    + listed(scattered))
        }
        return reasons
    }

    /// What can be done about them.
    ///
    /// - Parameter database: Its name, quoted.
    func hint(_ database: String) -> String {
        var ways: [String] = []
        if !missing.isEmpty { ways.append("create them") }
        if !unreadable.isEmpty { ways.append("grant SELECT on them") }
        if !hidingRows.isEmpty {
            ways.append("read them as a role with BYPASSRLS, or as their owner")
        }
        if !scattered.isEmpty {
            ways.append("send each part from its own server")
        }
        if !others.isEmpty { ways.append("choose the tables behind them") }
        return ways.joined(separator: ", ") + " in database \(database), or remove_tables"
    }
}
