import Values

/// What a run would write: the result of a dry run.
///
/// Rows and bytes are estimates, from the statistics of the source and a sample of its rows.
public struct RunPlan: Hashable, Codable, Sendable {
    public var tables: [Table]

    public init(tables: [Table]) {
        self.tables = tables
    }

    /// The files of one table.
    public struct Table: Hashable, Codable, Sendable {
        public var schema: String
        public var name: String
        /// The name of its file; of the first one, where it is split.
        public var file: String
        /// How many files it will have, as far as is known.
        public var filesEstimated: Int64
        public var rowsEstimated: Int64
        /// As delivered, so compressed where files are.
        public var bytesEstimated: Int64
        public var columns: [String]
        /// The first rows that the source gives, values as PostgreSQL's text, shortened; nil is
        /// null.
        public var firstRows: [[String?]]
        /// A warning about its reliability, as text; nil if there is none.
        public var warning: String?

        public init(
            schema: String, name: String, file: String, filesEstimated: Int64,
            rowsEstimated: Int64, bytesEstimated: Int64, columns: [String],
            firstRows: [[String?]], warning: String? = nil
        ) {
            self.schema = schema
            self.name = name
            self.file = file
            self.filesEstimated = filesEstimated
            self.rowsEstimated = rowsEstimated
            self.bytesEstimated = bytesEstimated
            self.columns = columns
            self.firstRows = firstRows
            self.warning = warning
        }

        enum CodingKeys: String, CodingKey {
            case schema, name, file
            case filesEstimated = "files_estimated"
            case rowsEstimated = "rows_estimated"
            case bytesEstimated = "bytes_estimated"
            case columns
            case firstRows = "first_rows"
            case warning
        }
    }

    /// The sums, for the details of an event: no value of any row.
    var totals: JSONValue {
        [
            "files": .int(tables.reduce(0) { $0 + $1.filesEstimated }),
            "rows_estimated": .int(tables.reduce(0) { $0 + $1.rowsEstimated }),
            "bytes_estimated": .int(tables.reduce(0) { $0 + $1.bytesEstimated }),
        ]
    }
}

/// Why a run would fail.
public struct PlanFailure: Error, Hashable {
    /// As text, without secrets.
    public let reason: String

    public init(reason: String) {
        self.reason = reason
    }
}

/// A plan, as kept for a day for the role that requested it.
public struct SavedPlan: Hashable, Codable, Sendable {
    /// The command that requested it.
    public let id: Int64
    public let environment: String
    public let orchestration: String
    public let version: Int
    public let createdBy: String
    public let plan: RunPlan

    enum CodingKeys: String, CodingKey {
        case id, environment, orchestration, version
        case createdBy = "created_by"
        case plan
    }

    init(
        command: Int64, actor: String, of orchestration: Orchestration, _ version: Version,
        _ plan: RunPlan
    ) {
        id = command
        environment = orchestration.environment
        self.orchestration = orchestration.name
        self.version = version.number
        createdBy = actor
        self.plan = plan
    }
}
