public import Values

/// Something outside the configuration that a rule depends on, looked up only when one does.
public enum Fact: Hashable, Sendable {
    /// The tables of a registered database (``World/database(id:)``) now.
    case catalog(databaseID: Int64)
    /// The same, but an unreachable database is a valid answer.
    case currentCatalog(databaseID: Int64)
    /// The role that databases of this credential are read as, now. An unreachable database is a
    /// valid answer, too.
    case sourceRole(credential: String)
    /// The objections of a registered database to these settings of tables, which are chosen by
    /// name or with all others.
    case tableSettings(databaseID: Int64, settings: [TableName: TableSettings], ofAll: Bool)
    /// The names of all databases of an environment, to list them in a message.
    case registeredDatabases(environment: String)
    /// A version that a data export once had, and its database.
    case version(dataExportID: Int64, number: Int)
    /// The active versions of production's data exports that read with this credential and send any
    /// of these tables or all; nil for any tables.
    case activeInProduction(credential: String, tables: TableSelection?)
    /// Whether a destination, a new one perhaps, can be written to.
    case destinationTest(RunInputs.DestinationInput)
    /// Whether the settings of a data template are valid, for a destination of this kind.
    case templateCheck(kind: String, settings: JSONValue)
    /// Whether the queue's database has a role of this name.
    case role(RoleName)
    /// The tables that a run of all tables found, in their canonical form.
    case tablesOfRun(Int64)
    /// The delivery that a publishing run has recorded.
    case decidedDelivery(run: Int64)
    /// Whether that is visible at its destination now.
    case delivery(DecidedDelivery)
    /// The worker that coordinates a run now.
    case workerOfRun(Int64)
    /// The time of the queue's database now.
    case now
    /// Ids for this many objects that a command creates besides the one with its own id.
    case newIDs(command: Int64, count: Int)
    /// What a run of a data export with these inputs would write now.
    case runPlan(dataExport: String, inputs: RunInputs)
}

extension Fact {
    /// Whether the lookup goes beyond the queue's database, and so may take long.
    public var isOutside: Bool {
        switch self {
        case .catalog, .currentCatalog, .sourceRole, .tableSettings, .destinationTest,
            .templateCheck, .runPlan, .delivery:
            true
        case .registeredDatabases, .version, .activeInProduction, .role, .tablesOfRun, .now,
            .newIDs, .decidedDelivery, .workerOfRun:
            false
        }
    }

    /// The answer if the lookup times out, such as a destination that is not saved. Nil if the
    /// command is retried later.
    public func answer(whenNobodyAnswers reason: String) -> FactValue? {
        switch self {
        case .destinationTest, .templateCheck, .runPlan, .currentCatalog, .sourceRole:
            .failed(reason)
        case .delivery: .delivery(.unknown(reason: reason))
        case .catalog, .tableSettings, .registeredDatabases, .version, .activeInProduction, .role,
            .tablesOfRun, .now, .newIDs, .decidedDelivery, .workerOfRun:
            nil
        }
    }
}

/// The value of a ``Fact``.
public enum FactValue: Hashable, Sendable {
    /// Answers ``Fact/catalog(databaseID:)`` and ``Fact/currentCatalog(databaseID:)``.
    case catalog(Catalog)
    /// Answers ``Fact/sourceRole(credential:)``.
    case sourceRole(SourceRole)
    /// Answers ``Fact/registeredDatabases(environment:)``, ``Fact/workerOfRun(_:)`` and
    /// ``Fact/tablesOfRun(_:)``: none when it failed before it had any.
    case names([String])
    /// Answers ``Fact/decidedDelivery(run:)``.
    case decided(DecidedDelivery)
    /// Answers ``Fact/delivery(_:)``.
    case delivery(DeliveryState)
    /// Answers ``Fact/version(dataExportID:number:)``: nil when it was pruned.
    case version(PastVersion?)
    /// Answers ``Fact/activeInProduction(credential:tables:)``.
    case versions([Version])
    /// Answers ``Fact/now``: seconds since 1970.
    case moment(Int64)
    /// Answers ``Fact/newIDs(command:count:)``.
    case ids([Int64])
    /// Answers ``Fact/runPlan(dataExport:inputs:)``.
    case plan(RunPlan)
    /// Answers ``Fact/tableSettings(databaseID:settings:ofAll:)``: in words, each naming its table.
    /// None when all is well.
    case problems([String])
    /// Answers ``Fact/catalog(databaseID:)``, ``Fact/currentCatalog(databaseID:)``,
    /// ``Fact/sourceRole(credential:)`` and ``Fact/tableSettings(databaseID:settings:ofAll:)``: the
    /// credential connects to several servers, from which no single snapshot can be read.
    case severalServers
    /// The test or check passed.
    case passed
    /// Answers ``Fact/destinationTest(_:)``: the settings are not valid, so it was not tested; the
    /// reason.
    case invalid(String)
    /// It failed, or the database was unreachable: the reason, as text, without secrets.
    case failed(String)
}

/// Whether the manifest of a run is visible at its destination.
public enum DeliveryState: Hashable, Sendable {
    /// It is, at this place.
    case visible(location: String)
    case notVisible
    /// The destination was unreachable: the reason, as text, without secrets.
    case unknown(reason: String)
}

/// The delivery that a run has recorded for publishing.
public struct DecidedDelivery: Hashable, Sendable {
    public let run: Int64
    public let dataExportName: String
    public let inputs: RunInputs
    /// The manifest, byte for byte.
    public let manifest: String

    public init(run: Int64, dataExportName: String, inputs: RunInputs, manifest: String) {
        self.run = run
        self.dataExportName = dataExportName
        self.inputs = inputs
        self.manifest = manifest
    }
}
