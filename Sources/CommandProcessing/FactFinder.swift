public import Credentials
import Foundation
public import Lifecycle
import Postgres
import SourceDatabases
public import Values

/// Looks up the facts that the rules of a command need and the configuration does not contain.
public struct FactFinder: Sendable {
    /// Tests a destination; returns the reason if it cannot be used.
    public typealias DestinationTest =
        @Sendable (RunInputs.DestinationInput) async -> String?
    /// Checks the settings of a destination, without connecting; returns the reason if they are
    /// invalid.
    public typealias DestinationCheck = @Sendable (RunInputs.DestinationInput) async -> String?
    /// Checks whether a recorded publication is visible at its destination.
    public typealias DeliveryCheck = @Sendable (DecidedDelivery) async -> DeliveryState
    /// Checks the settings of a data template for a kind of destination; returns the reason if they
    /// are invalid.
    public typealias TemplateCheck =
        @Sendable (_ kind: String, _ settings: JSONValue) async -> String?

    /// Plans a run of a data export, or returns why the run would fail.
    public typealias RunPlanning =
        @Sendable (_ dataExport: String, _ inputs: RunInputs) async -> Result<RunPlan, PlanFailure>

    let credentials: WorkerCredentials
    let destinationTest: DestinationTest
    let destinationCheck: DestinationCheck
    let deliveryCheck: DeliveryCheck
    let templateCheck: TemplateCheck
    let runPlanning: RunPlanning

    /// - Parameter credentials: Those of this worker, for the source databases.
    public init(
        credentials: WorkerCredentials, destinationTest: @escaping DestinationTest,
        destinationCheck: @escaping DestinationCheck,
        deliveryCheck: @escaping DeliveryCheck, templateCheck: @escaping TemplateCheck,
        runPlanning: @escaping RunPlanning
    ) {
        self.credentials = credentials
        self.destinationCheck = destinationCheck
        self.deliveryCheck = deliveryCheck
        self.destinationTest = destinationTest
        self.templateCheck = templateCheck
        self.runPlanning = runPlanning
    }

    /// Looks up a fact that the queue's database has.
    ///
    /// - Parameter fact: Not one from outside (`Fact.isOutside`).
    /// - Throws: `PostgresError`.
    func find(_ fact: Fact, _ connection: isolated Connection) async throws -> FactValue {
        switch fact {
        case .newIDs(_, let count):
            return .ids(try await newIDs(count, connection))
        case .registeredDatabases(let environment):
            let rows = try await connection.query(
                "select name from ferry_state.databases where environment = $1",
                [.text(environment)])
            return .names(try rows.map { try $0[0].string() })
        case .version(let export, let number):
            let rows = try await connection.query(
                "select ferry_state.past_version($1, $2)", [.int(export), .int(Int64(number))])
            return .version(
                try rows[0][0].optionalString().map {
                    try UnreadableDocument.decoded($0) as PastVersion
                })
        case .activeInProduction(let credential, let tables):
            return try await active(in: tables, credential, connection)
        case .tablesOfRun(let run):
            return try await tables(of: run, connection)
        case .decidedDelivery(let run):
            return try await decidedDelivery(of: run, connection)
        case .workerOfRun(let run):
            return try await worker(of: run, connection)
        case .role(let name):
            let rows = try await connection.query(
                "select from pg_catalog.pg_roles where rolname = $1", [.text(name.text)])
            return rows.isEmpty
                ? .failed("role \"\(shown(name.text))\" does not exist in the queue's database")
                : .passed
        case .now:
            let rows = try await connection.query(
                "select floor(extract(epoch from ferry_state.now()))::bigint")
            return .moment(try rows[0][0].int64())
        case .catalog, .currentCatalog, .sourceRole, .tableSettings, .destinationTest,
            .templateCheck, .runPlan, .delivery:
            return .failed("this is looked up outside of the queue's database")
        }
    }

    /// Looks up a fact outside of the queue's database, without holding a connection to it.
    ///
    /// - Parameter fact: One from outside (`Fact.isOutside`).
    /// - Throws: ``FactUnavailable`` if the fact is unavailable now, but may be available later.
    func lookUp(_ fact: Fact, in world: World) async throws -> FactValue {
        switch fact {
        case .catalog(let id):
            return try await asked(world.database(id: id)) { connection in
                .catalog(
                    Catalog(
                        try await SourceDatabase.relations(connection, partitions: true),
                        role: try await SourceDatabase.role(connection)))
            }
        case .currentCatalog(let id):
            do {
                return try await lookUp(.catalog(databaseID: id), in: world)
            } catch let error as FactUnavailable {
                return .failed(error.reason)
            }
        case .sourceRole(let credential):
            do {
                return try await asked(credential, of: "the database") { connection in
                    .sourceRole(try await SourceDatabase.role(connection))
                }
            } catch let error as FactUnavailable {
                return .failed(error.reason)
            }
        case .tableSettings(let id, let settings, let ofAll):
            return try await asked(world.database(id: id)) { connection in
                .problems(
                    try await SourceDatabase.problems(
                        of: settings, ofAll: ofAll,
                        allowingVolatile: credentials.allowsVolatileFilters, connection))
            }
        case .destinationTest(let destination):
            return await tested(destination)
        case .delivery(let decided):
            return .delivery(await deliveryCheck(decided))
        case .templateCheck(let kind, let settings):
            return await templateCheck(kind, settings).map(FactValue.failed) ?? .passed
        case .runPlan(let dataExport, let inputs):
            switch await runPlanning(dataExport, inputs) {
            case .success(let plan): return .plan(plan)
            case .failure(let failure): return .failed(failure.reason)
            }
        case .newIDs, .registeredDatabases, .version, .activeInProduction, .tablesOfRun, .role,
            .now, .decidedDelivery, .workerOfRun:
            throw FactUnavailable(reason: "this is looked up in the queue's database")
        }
    }

    private func tested(_ destination: RunInputs.DestinationInput) async -> FactValue {
        if let reason = await destinationCheck(destination) { return .invalid(reason) }
        return await destinationTest(destination).map(FactValue.failed) ?? .passed
    }

    private func tables(
        of run: Int64, _ connection: isolated Connection
    ) async throws -> FactValue {
        let rows = try await connection.query(
            """
            select distinct table_schema, table_name from ferry_state.run_reads where run_id = $1
            """, [.int(run)])
        return .names(
            try rows.map {
                TableName(schema: try $0[0].string(), name: try $0[1].string()).canonical
            })
    }

    private func active(
        in tables: TableSelection?, _ credential: String, _ connection: isolated Connection
    ) async throws -> FactValue {
        let names: Value =
            switch tables {
            case .none: .null
            case .all: Value([String]())
            case .tables(let tables): Value(tables.map(\.canonical))
            }
        let rows = try await connection.query(
            "select ferry_state.active_in_production($1, $2)", [.text(credential), names])
        return .versions(try UnreadableDocument.decoded(try rows[0][0].string()))
    }

    private func worker(
        of run: Int64, _ connection: isolated Connection
    ) async throws -> FactValue {
        let rows = try await connection.query(
            """
            select w.name from ferry_state.runs as r
              join ferry_state.workers as w on w.id = r.worker_id where r.id = $1
            """, [.int(run)])
        return .names(try rows.map { try $0[0].string() })
    }

    private func decidedDelivery(
        of run: Int64, _ connection: isolated Connection
    ) async throws -> FactValue {
        let found = try await connection.query(
            """
            select r.data_export_name, r.inputs::text, m.manifest
              from ferry_state.runs as r
              join ferry_state.run_manifests as m on m.run_id = r.id
             where r.id = $1
            """, [.int(run)])
        guard let row = found.first else { return .failed("it has no manifest") }
        let inputs: RunInputs
        do {
            inputs = try UnreadableDocument.decoded(try row[1].string())
        } catch let unreadable as UnreadableDocument {
            return .failed("its inputs cannot be read: \(unreadable)")
        }
        return .decided(
            DecidedDelivery(
                run: run, dataExportName: try row[0].string(), inputs: inputs,
                manifest: try row[2].string()))
    }

    private func newIDs(
        _ count: Int, _ connection: isolated Connection
    ) async throws -> [Int64] {
        try await connection.query(
            "select nextval('ferry_state.ids') from generate_series(1, $1)", [.int(Int64(count))]
        ).map { try $0[0].int64() }
    }

    private func asked(
        _ database: Database?, _ question: (Connection) async throws -> FactValue
    ) async throws -> FactValue {
        guard let database else { return .failed("the database is no longer registered") }
        return try await asked(
            database.credential, of: "database \"\(shown(database.name))\"", question)
    }

    /// - Parameter subject: The queried object, for messages.
    private func asked(
        _ credential: String, of subject: String,
        _ question: (Connection) async throws -> FactValue
    ) async throws -> FactValue {
        do {
            let source = SourceDatabase(name: subject, credential: credential, of: credentials)
            let connection = try await source.connect()
            do {
                try await source.requireOneServer(connection)
                let answer = try await question(connection)
                await connection.close()
                return answer
            } catch {
                await connection.close()
                throw error
            }
        } catch SourceError.severalServers {
            return .severalServers
        } catch let error as SourceError {
            return .failed("\(error); \(error.hint)")
        } catch let error as PostgresError where error.isTransient {
            throw FactUnavailable(reason: "cannot reach \(subject): \(error)")
        } catch let error as PostgresError {
            return .failed("\(error)")
        }
    }
}

/// A fact that is unavailable now: the command is retried later.
struct FactUnavailable: Error {
    let reason: String
}
