public import Values

/// A named set of tables of one database: an active version, a draft, or both.
public struct DataExport: StoredObject {
    public let id: Int64
    public let environment: String
    public let name: String
    /// The highest version number there ever was; 0 before the first activation.
    public var versionCount: Int
    /// What runs send; nil until the first activation.
    public var active: Version?
    /// What edits change; nil when there is nothing to activate.
    public var draft: Draft?
    public var createdAt: String?
    public let createdBy: String

    enum CodingKeys: String, CodingKey {
        case id, environment, name
        case versionCount = "version_count"
        case active, draft
        case createdAt = "created_at"
        case createdBy = "created_by"
    }

    public init(
        id: Int64, environment: String, name: String, versionCount: Int = 0,
        active: Version? = nil, draft: Draft? = nil, createdBy: String
    ) {
        self.id = id
        self.environment = environment
        self.name = name
        self.versionCount = versionCount
        self.active = active
        self.draft = draft
        self.createdBy = createdBy
    }

    public static let kind = ObjectKind.dataExport
    public static var table: WritableKeyPath<World, ObjectTable<DataExport>> { \.dataExports }

    /// Reserved names of data exports: those of Ferry's own folders next to the folders of data
    /// exports, such as `_sandbox` for deliveries of sandboxes.
    static let reservedNames: Set<String> = ["_sandbox", ".staging", "latest.json"]

    public var uses: [ObjectID] {
        var databases: [ObjectID] = []
        if let id = active?.databaseID { databases.append(ObjectID(.database, id)) }
        if let id = draft?.databaseID, id != active?.databaseID {
            databases.append(ObjectID(.database, id))
        }
        return databases
    }

    /// The state in a message.
    var stateWord: String {
        switch (active, draft) {
        case (.some, .none): "active"
        case (.some, .some): "active with draft"
        default: "draft"
        }
    }
}

extension Arguments {
    /// The name of a new data export.
    func newDataExportName() throws(Rejection) -> Name {
        let name = try name("name", of: .dataExport)
        guard DataExport.reservedNames.contains(name.folded) else { return name }
        throw Rejection(
            .invalidName, "\(quoted(name.text)) is reserved and cannot be an export name",
            hint: "Ferry itself uses a folder of this name, for sandboxes or staged files: choose "
                + "another name")
    }
}

/// What a data export sends after an activation. Versions are immutable.
public struct Version: Hashable, Codable, Sendable {
    /// 1 for the first activation of the export.
    public let number: Int
    public let databaseID: Int64
    public let tables: TableSelection
    /// Only tables with settings.
    public let tableSettings: [TableName: TableSettings]
    public let activatedBy: String

    enum CodingKeys: String, CodingKey {
        case number
        case databaseID = "database_id"
        case tables
        case tableSettings = "table_settings"
        case activatedBy = "activated_by"
    }

    public init(
        number: Int, databaseID: Int64, tables: TableSelection,
        tableSettings: [TableName: TableSettings] = [:], activatedBy: String
    ) {
        self.number = number
        self.databaseID = databaseID
        self.tables = tables
        self.tableSettings = tableSettings
        self.activatedBy = activatedBy
    }
}

/// What a data export will send once activated.
public struct Draft: Hashable, Codable, Sendable {
    public var databaseID: Int64?
    public private(set) var tables: TableSelection?
    /// Only of chosen tables.
    public internal(set) var tableSettings: [TableName: TableSettings]
    /// The active version when the draft was opened; nil for a new export.
    public let baseVersion: Int?
    public let openedBy: String

    enum CodingKeys: String, CodingKey {
        case databaseID = "database_id"
        case tables
        case tableSettings = "table_settings"
        case baseVersion = "base_version"
        case openedBy = "opened_by"
    }

    public init(
        databaseID: Int64? = nil, tables: TableSelection? = nil,
        tableSettings: [TableName: TableSettings] = [:], baseVersion: Int? = nil,
        openedBy: String
    ) {
        self.databaseID = databaseID
        self.tables = tables
        self.tableSettings = tableSettings
        self.baseVersion = baseVersion
        self.openedBy = openedBy
    }

    /// Chooses other tables; removes the settings of tables that are no longer chosen.
    mutating func choose(_ tables: TableSelection?) {
        self.tables = tables
        switch tables {
        case .all: return
        case .none: tableSettings = [:]
        case .tables(let chosen):
            if tableSettings.isEmpty { return }
            let chosen = Set(chosen)
            tableSettings = tableSettings.filter { chosen.contains($0.key) }
        }
    }
}
