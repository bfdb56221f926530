/// Something outside the configuration that a rule depends on, looked up only when one does.
public enum Fact: Hashable, Sendable {
    /// The tables of a registered database (``World/database(id:)``) now.
    case catalog(databaseID: Int64)
    /// The same, where it is an answer too that the database cannot be reached now.
    case currentCatalog(databaseID: Int64)
    /// What a registered database now has against these settings of tables that are chosen by
    /// name, or with all others.
    case tableSettings(databaseID: Int64, settings: [TableName: TableSettings], ofAll: Bool)
    /// The names of all databases of an environment, to list them in a message.
    case registeredDatabases(environment: String)
    /// A version that a data export once had, and its database.
    case version(dataExportID: Int64, number: Int)
    /// Whether a destination, a new one perhaps, can be written to.
    case destinationTest(RunInputs.DestinationInput)
    /// Whether the settings of a data template are valid, for a destination of this kind.
    case templateCheck(kind: String, settings: JSONValue)
    /// Whether the queue's database has a role of this name.
    case role(String)
    /// The tables that a run of all tables found, in their canonical form.
    case tablesOfRun(Int64)
    /// The time of the queue's database now.
    case now
    /// Ids for so many objects that a command creates besides the one that bears its own id.
    case newIDs(command: Int64, count: Int)
    /// What a run of a data export with these inputs would write now.
    case runPlan(dataExport: String, inputs: RunInputs)
}

extension Fact {
    /// Whether looking it up asks anything but the queue's database, and so may take long.
    public var isOutside: Bool {
        switch self {
        case .catalog, .currentCatalog, .tableSettings, .destinationTest, .templateCheck,
            .runPlan:
            true
        case .registeredDatabases, .version, .role, .tablesOfRun, .now, .newIDs: false
        }
    }

    /// Whether it is an answer, too, that nobody answered in time: a destination that is not
    /// saved. Else the command is tried again later.
    public var isAnsweredByFailure: Bool {
        switch self {
        case .destinationTest, .templateCheck, .runPlan, .currentCatalog: true
        case .catalog, .tableSettings, .registeredDatabases, .version, .role, .tablesOfRun, .now,
            .newIDs:
            false
        }
    }
}

/// What was found out about a ``Fact``.
public enum FactValue: Hashable, Sendable {
    /// Answers ``Fact/catalog(databaseID:)`` and ``Fact/currentCatalog(databaseID:)``.
    case catalog(Catalog)
    /// Answers ``Fact/registeredDatabases(environment:)``, and ``Fact/tablesOfRun(_:)``: none when
    /// it failed before it had any.
    case names([String])
    /// Answers ``Fact/version(dataExportID:number:)``: nil when it was pruned.
    case version(PastVersion?)
    /// Answers ``Fact/now``: seconds since 1970.
    case moment(Int64)
    /// Answers ``Fact/newIDs(command:count:)``.
    case ids([Int64])
    /// Answers ``Fact/runPlan(dataExport:inputs:)``.
    case plan(RunPlan)
    /// Answers ``Fact/tableSettings(databaseID:settings:ofAll:)``: in words, each naming its table.
    /// None when all is well.
    case problems([String])
    /// The test or check passed.
    case passed
    /// It did not, or the database could not be asked: the reason, in words, without secrets.
    case failed(String)
}

/// The tables of a database at one moment.
public struct Catalog: Hashable, Sendable {
    /// Each table, and whether the exporting role can read it.
    public let tables: [TableName: Bool]

    public init(_ tables: [TableName: Bool]) {
        self.tables = tables
    }
}
