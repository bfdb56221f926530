public import Values

/// One execution of an orchestration.
public struct Run: StoredObject {
    public let id: Int64
    public let environment: String
    public let orchestrationID: Int64
    public let orchestrationName: String
    public let dataExportID: Int64
    public let dataExportName: String
    public let dataExportVersion: Int
    public let databaseID: Int64
    public let destinationID: Int64
    public let destinationName: String
    public var state: RunState
    /// Why a command ended it as failed; nil otherwise, even if its worker did so.
    public var failure: RunFailure?
    /// See ``inputs``.
    let recordedInputs: RecordedInputs
    /// The failed run that this one resolves; nil for any other.
    public let resolves: Int64?
    /// How it resolves that.
    public let resolution: Resolution?
    /// The command that started the group run which this run belongs to; nil for a single run.
    /// Shared with the other runs of the group run, and with runs that resolve them.
    public var groupRunID: Int64?
    public var groupID: Int64?
    public var groupName: String?
    public var createdAt: String?
    public let createdBy: String

    enum CodingKeys: String, CodingKey {
        case id, environment
        case orchestrationID = "orchestration_id"
        case orchestrationName = "orchestration_name"
        case dataExportID = "data_export_id"
        case dataExportName = "data_export_name"
        case dataExportVersion = "data_export_version"
        case databaseID = "database_id"
        case destinationID = "destination_id"
        case destinationName = "destination_name"
        case state, failure, resolves, resolution
        case recordedInputs = "inputs"
        case groupRunID = "group_run_id"
        case groupID = "group_id"
        case groupName = "group_name"
        case createdAt = "created_at"
        case createdBy = "created_by"
    }

    /// A run of one version of an export.
    public init(
        id: Int64, of orchestration: Orchestration, sending export: DataExport, version: Version,
        to destination: Destination, inputs: RunInputs, resolving failed: Run? = nil,
        by resolution: Resolution? = nil, state: RunState = .queued, createdBy: String
    ) {
        self.id = id
        environment = orchestration.environment
        orchestrationID = orchestration.id
        orchestrationName = orchestration.name
        dataExportID = export.id
        dataExportName = export.name
        dataExportVersion = version.number
        databaseID = version.databaseID
        destinationID = destination.id
        destinationName = destination.name
        self.state = state
        recordedInputs = .readable(inputs)
        resolves = failed?.id
        groupRunID = failed?.groupRunID
        groupID = failed?.groupID
        groupName = failed?.groupName
        self.resolution = resolution
        self.createdBy = createdBy
    }

    /// A run with the inputs of another one, which failed.
    init(
        id: Int64, again failed: Run, by resolution: Resolution, inputs: RunInputs,
        createdBy: String
    ) {
        self.id = id
        environment = failed.environment
        orchestrationID = failed.orchestrationID
        orchestrationName = failed.orchestrationName
        dataExportID = failed.dataExportID
        dataExportName = failed.dataExportName
        dataExportVersion = failed.dataExportVersion
        databaseID = failed.databaseID
        destinationID = failed.destinationID
        destinationName = failed.destinationName
        state = .queued
        recordedInputs = .readable(inputs)
        resolves = failed.id
        groupRunID = failed.groupRunID
        groupID = failed.groupID
        groupName = failed.groupName
        self.resolution = resolution
        self.createdBy = createdBy
    }

    public static let kind = ObjectKind.run
    public static var table: WritableKeyPath<World, ObjectTable<Run>> { \.runs }
    public var name: String { dataExportName }
    // Runs have no names of their own: each is alone in its scope.
    public var scope: Int64 { id }

    /// The run that it resolves; the others only while the run has not ended.
    public var uses: [ObjectID] {
        let resolved = resolves.map { [ObjectID(.run, $0)] } ?? []
        if state.isTerminal { return resolved }
        return resolved + [
            ObjectID(.orchestration, orchestrationID), ObjectID(.dataExport, dataExportID),
            ObjectID(.destination, destinationID),
        ] + (groupID.map { [ObjectID(.orchestrationGroup, $0)] } ?? [])
    }
}

/// Why a run failed, as shown in `ferry.runs`.
public struct RunFailure: Hashable, Codable, Sendable {
    /// A stable name for programs.
    public let code: String
    public let origin: ErrorOrigin
    public let message: String
    public let hint: String
}

/// `queued → running → publishing → succeeded`, or `failed`, or `stopping → stopped`.
public enum RunState: String, Codable, Hashable, Sendable, CaseIterable {
    case queued, running, publishing, succeeded, failed, stopping, stopped

    /// Whether the run has ended.
    public var isTerminal: Bool {
        switch self {
        case .succeeded, .failed, .stopped: true
        case .queued, .running, .publishing, .stopping: false
        }
    }
}

/// The inputs of a run: a copy of all configuration that it uses.
public struct RunInputs: Hashable, Codable, Sendable {
    public let database: DatabaseInput
    public let tables: TableSelection
    public let tableSettings: [TableName: TableSettings]
    public let destination: DestinationInput
    public let dataTemplate: DataTemplateInput
    /// Tables that are left out, sorted; nil when none is. They are not among ``tables``, unless
    /// these are all.
    public let skippedTables: [TableName]?

    enum CodingKeys: String, CodingKey {
        case database, tables
        case tableSettings = "table_settings"
        case destination
        case dataTemplate = "data_template"
        case skippedTables = "skipped_tables"
    }

    public init(
        database: DatabaseInput, tables: TableSelection,
        tableSettings: [TableName: TableSettings] = [:], destination: DestinationInput,
        dataTemplate: DataTemplateInput, skippedTables: [TableName]? = nil
    ) {
        self.database = database
        self.tables = tables
        self.tableSettings = tableSettings
        self.destination = destination
        self.dataTemplate = dataTemplate
        self.skippedTables = skippedTables
    }

    /// The same without a table.
    func skipping(_ table: TableName) -> RunInputs {
        var left = tables
        if case .tables(let names) = tables { left = .tables(names.filter { $0 != table }) }
        return RunInputs(
            database: database, tables: left,
            tableSettings: tableSettings.filter { $0.key != table }, destination: destination,
            dataTemplate: dataTemplate,
            skippedTables: ((skippedTables ?? []) + [table]).sorted())
    }

    public struct DatabaseInput: Hashable, Codable, Sendable {
        public let name: String
        /// A reference to a secret, never the secret.
        public let credential: String

        public init(name: String, credential: String) {
            self.name = name
            self.credential = credential
        }
    }

    public struct DestinationInput: Hashable, Codable, Sendable {
        public let name: String
        public let kind: String
        public let settings: JSONValue
        /// The sandbox in whose quarantine it is; nil in production.
        public let sandbox: String?

        public init(name: String, kind: String, settings: JSONValue, sandbox: String? = nil) {
            self.name = name
            self.kind = kind
            self.settings = settings
            self.sandbox = sandbox
        }
    }

    public struct DataTemplateInput: Hashable, Codable, Sendable {
        public let name: String
        public let settings: JSONValue

        public init(name: String, settings: JSONValue) {
            self.name = name
            self.settings = settings
        }
    }
}
