import Values

/// A problem of a sandbox: an error, or a warning before its promotion.
public struct SandboxProblem: Hashable, Codable, Sendable {
    public let severity: Severity
    public let objectKind: ObjectKind
    public let objectName: String
    /// Names the object; safe to show.
    public let message: String

    enum CodingKeys: String, CodingKey {
        case severity
        case objectKind = "object_kind"
        case objectName = "object_name"
        case message
    }

    public enum Severity: String, Codable, Hashable, Sendable {
        /// Blocks promotion.
        case error
        case warning
    }

    init(_ severity: Severity, _ object: some StoredObject, _ message: String) {
        self.severity = severity
        objectKind = type(of: object).kind
        objectName = object.name
        self.message = message
    }
}

/// Finds the problems of a sandbox. All objects of the sandbox and of production must be loaded.
public struct SandboxCheck: Sendable {
    /// The databases whose tables must be known, as data exports of the sandbox send them.
    public let databases: [Database]
    public let sandbox: Sandbox
    private let exports: [DataExport]
    private let warnings: [SandboxProblem]

    /// - Parameter name: The sandbox's; nil is returned when the world has none of that name.
    public init?(of name: String, in world: World) {
        guard let id = world.sandboxes.id(Name.key(of: name), environment: production),
            let sandbox = world.sandboxes[id]
        else { return nil }
        self.init(of: sandbox, in: world)
    }

    init(of sandbox: Sandbox, in world: World) {
        self.sandbox = sandbox
        exports = world.dataExports.byID.values.filter { $0.environment == sandbox.name }
            .sorted { $0.name < $1.name }
        let used = Set(exports.flatMap { $0.selections.map(\.databaseID) })
        databases = used.sorted().compactMap { world.databases[$0] }
        warnings = Self.warnings(exports, sandbox, world)
    }

    /// - Parameter catalogs: The catalog of each of ``databases``, by id.
    public func problems(_ catalogs: [Int64: FactValue]) -> [SandboxProblem] {
        errors(catalogs) + warnings
    }

    func errors(_ catalogs: [Int64: FactValue]) -> [SandboxProblem] {
        var errors: [SandboxProblem] = []
        let names = Dictionary(
            databases.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        for export in exports {
            for selection in export.selections {
                let what = "export \(quoted(export.name))" + (selection.isDraft ? " (draft)" : "")
                let database = "database \(quoted(names[selection.databaseID] ?? "?"))"
                switch catalogs[selection.databaseID] {
                case .catalog(let catalog):
                    for problem in selection.problems(in: catalog, database) {
                        errors.append(SandboxProblem(.error, export, "\(what): \(problem)"))
                    }
                case .failed(let reason):
                    errors.append(
                        SandboxProblem(
                            .error, export,
                            "\(what): the tables of \(database) cannot be looked up: "
                                + shown(reason)))
                case .severalServers:
                    errors.append(
                        SandboxProblem(
                            .error, export, "\(what): \(database) connects to several servers"))
                default:
                    errors.append(
                        SandboxProblem(
                            .error, export, "\(what): \(database) is not registered"))
                }
            }
        }
        return errors
    }

    private static func warnings(
        _ exports: [DataExport], _ sandbox: Sandbox, _ world: World
    ) -> [SandboxProblem] {
        var warnings: [SandboxProblem] = []
        let merge = world.merge(of: sandbox)
        let behind = merge.inProduction.count
        if behind > 0 {
            warnings.append(
                SandboxProblem(
                    .warning, sandbox,
                    "production has changed since the last sync (\(behind) "
                        + (behind == 1 ? "object" : "objects") + "): pull before promoting"))
        }
        for export in exports where export.draft != nil {
            warnings.append(
                SandboxProblem(
                    .warning, export,
                    "export \(quoted(export.name)): its draft is not promoted with the sandbox"))
        }
        for difference in merge.inSandbox where difference.key.kind == .dataExport {
            guard
                let id = world.dataExports.id(difference.key.name, environment: production),
                let export = world.dataExports[id], export.draft != nil
            else { continue }
            warnings.append(
                SandboxProblem(
                    .warning, export,
                    "export \(quoted(export.name)): production has a draft of it, which will be "
                        + "out of date after a promotion"))
        }
        return warnings
    }
}

extension DataExport {
    /// The tables that its active version and its draft send.
    fileprivate var selections: [Selection] {
        var selections: [Selection] = []
        if let active {
            selections.append(
                Selection(isDraft: false, databaseID: active.databaseID, tables: active.tables))
        }
        if let draft, let databaseID = draft.databaseID, let tables = draft.tables,
            tables != .tables([]), tables != active?.tables || databaseID != active?.databaseID
        {
            selections.append(Selection(isDraft: true, databaseID: databaseID, tables: tables))
        }
        return selections
    }
}

private struct Selection {
    let isDraft: Bool
    let databaseID: Int64
    let tables: TableSelection

    func problems(in catalog: Catalog, _ database: String) -> [String] {
        var problems: [String] = []
        func add(_ tables: [TableName], _ what: String) {
            if tables.isEmpty { return }
            problems.append("\(described(tables)) \(tables.count == 1 ? "is" : "are") \(what)")
        }
        if tables == .all, catalog.tables.isEmpty { problems.append("\(database) has no tables") }
        let found = TableProblems(of: tables, in: catalog)
        add(found.missing, "not in \(database)")
        add(found.others.map(\.name), "not a table in \(database)")
        add(found.unreadable, "not readable in \(database)")
        add(found.hidingRows, "hiding rows by row-level security in \(database)")
        add(found.scattered, "with rows on other servers in \(database)")
        return problems
    }
}
