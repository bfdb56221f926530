import Foundation
import Locks
import Postgres
import TestSupport

/// A queue, a source database with tables, a directory that takes deliveries, and workers.
final class Scene: Sendable {
    let queue: Console
    let source: Console
    /// The connection strings that workers are given, each with a password in it.
    let queueURL: String
    let sourceURL: String
    /// A directory of this scene; ``destination`` is in it.
    let folder: String
    /// The directory of further credentials that workers are given, outside of ``folder``.
    private let credentials: String
    private let workers = Locked<[WorkerProcess]>([])

    static let password = "s3cret-Ωmega"

    var destination: String { folder + "/exports" }
    var delivered: Delivered { Delivered(path: destination) }

    init(queue: String, source: String) throws {
        self.queue = Console(queue)
        self.source = Console(source)
        queueURL = queue + " password='\(Self.password)'"
        sourceURL = source + " password='\(Self.password)'"
        folder =
            FileManager.default.temporaryDirectory.path(percentEncoded: false)
            + "ferry-workers-" + UUID().uuidString
        credentials = folder + "-credentials"
        for path in [folder + "/exports", credentials] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }
    }

    /// Gives the body a scene on databases of its own, and removes all of it afterwards.
    ///
    /// - Parameter tables: What is created in the source besides the sample tables.
    static func with(
        tables: String? = nil, _ body: @Sendable (Scene) async throws -> Void
    ) async throws {
        try await SceneLimit.shared.within {
            try await TestDatabase.withSchema { queue in
                try await TestDatabase.with(template: SampleTables.templateName) { source in
                    let scene = try Scene(queue: queue.url, source: source.url)
                    try await scene.play(tables: tables, body)
                }
            }
        }
    }

    /// Runs the body and ends the workers it started, however it ends.
    func play(
        tables: String? = nil, _ body: @Sendable (Scene) async throws -> Void
    ) async throws {
        do {
            if let tables { try await source.run(tables) }
            try await body(self)
            await leave()
        } catch {
            var logs = workers.withLock { $0 }.map { "--- \($0.name)\n\($0.log)" }
            logs += ["--- sessions of the queue"] + ((try? await sessions()) ?? [])
            await leave()
            throw SceneFailed(reason: "\(error)", logs: logs.joined(separator: "\n"))
        }
    }

    /// What the sessions of the queue's database do, and whom they wait for.
    private func sessions() async throws -> [String] {
        try await queue.query(
            """
            select concat_ws(' ', pid, state, wait_event_type, wait_event,
                             'waits for ' || nullif(pg_blocking_pids(pid), '{}')::text,
                             clock_timestamp() - state_change, query)
              from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()
             order by xact_start
            """
        ).map { try $0[0].string() }
    }

    private func leave() async {
        for worker in workers.withLock({ $0 }) {
            worker.signal(SIGKILL)
            _ = try? await worker.end()
        }
        await queue.close()
        await source.close()
        try? FileManager.default.removeItem(atPath: folder)
        try? FileManager.default.removeItem(atPath: credentials)
    }

    // MARK: - Workers

    /// Starts a worker.
    ///
    /// - Parameters:
    ///   - failpoint: Where it kills or freezes itself, see `Failpoint`.
    ///   - lease: In seconds.
    ///   - retryFor: For how many seconds a run is tried again; nil for the default.
    func start(
        _ name: String, failpoint: String? = nil, lease: Int = 30, concurrency: Int = 2,
        retryFor: Int? = nil, queueURL: String? = nil, environment: [String: String] = [:],
        arguments: [String] = []
    ) throws -> WorkerProcess {
        var environment = environment
        environment["FERRY_DATABASE_URL"] = queueURL ?? self.queueURL
        let source = "FERRY_CREDENTIAL_TEST_SOURCE"
        environment[source] = environment[source] ?? sourceURL
        environment["FERRY_FAILPOINT"] = failpoint
        let worker = try WorkerProcess(
            name: name,
            [
                "worker", "--name", name, "--lease", "\(lease)", "--concurrency", "\(concurrency)",
                "--allow-directory", folder, "--credentials", credentials, "--log-level", "debug",
            ] + (retryFor.map { ["--retry-for", "\($0)"] } ?? []) + arguments,
            environment: environment, log: folder + "/\(name).log")
        workers.withLock { $0.append(worker) }
        return worker
    }

    /// Gives a credential to all workers, those that run already as well.
    func give(_ name: String, _ value: String) throws {
        try value.write(
            toFile: credentials + "/" + name, atomically: true, encoding: .utf8)
    }

    /// Waits until a worker of this name has registered so many times in all.
    func registered(_ name: String, times: Int = 1) async throws {
        try await eventually(within: .seconds(60), "\(name) registers \(times) times") {
            try await queue.number(
                "select count(*) from ferry_state.workers where name = $1", [.text(name)])
                >= times
        }
    }

    // MARK: - Commands

    /// Sends a command and returns its id.
    func send(_ command: String, _ arguments: String) async throws -> Int64 {
        let rows = try await queue.query(
            "insert into ferry.commands (command, arguments) values ($1, $2::jsonb) returning id",
            [.text(command), .text(arguments)])
        return try rows[0][0].int64()
    }

    struct Outcome: Equatable {
        let state: String
        let code: String?
        let message: String?
    }

    /// Sends a command and waits for its end.
    func outcome(of command: String, _ arguments: String) async throws -> Outcome {
        try await outcome(of: try await send(command, arguments))
    }

    func outcome(of id: Int64) async throws -> Outcome {
        try await eventually(within: .seconds(60), "command \(id) ends") {
            try await queue.text(
                "select finished_at::text from ferry.command_status where id = $1", [.int(id)])
                != nil
        }
        let row = try await queue.query(
            "select state, error_code, message from ferry.command_status where id = $1",
            [.int(id)])[0]
        return try Outcome(
            state: row[0].string(), code: row[1].optionalString(),
            message: row[2].optionalString())
    }

    func apply(_ command: String, _ arguments: String) async throws {
        let outcome = try await outcome(of: command, arguments)
        guard outcome.state == "applied" else { throw NotApplied(outcome: outcome) }
    }

    /// Registers the source and the destination, and makes an active export with an orchestration.
    ///
    /// - Parameters:
    ///   - tables: The JSON of the argument "tables".
    ///   - template: The JSON of the settings of the data template.
    func configure(
        tables: String = "\"all\"", destination: String? = nil,
        template: String = #"{"format": "csv"}"#
    ) async throws {
        try await configure(
            kind: "directory", settings: #"{"path": "\#(destination ?? self.destination)"}"#,
            tables: tables, template: template)
    }

    func configure(
        kind: String, settings: String, tables: String = "\"all\"",
        template: String = #"{"format": "csv"}"#
    ) async throws {
        try await apply(
            "register_database", #"{"name": "crm", "credential": "test_source"}"#)
        try await apply(
            "create_destination",
            #"{"name": "lake", "kind": "\#(kind)", "settings": \#(settings)}"#)
        try await apply(
            "create_data_template",
            #"{"destination": "lake", "name": "csv", "settings": \#(template)}"#)
        try await addExport("Daily customers", tables: tables)
    }

    func addExport(_ name: String, tables: String, template: String = "csv") async throws {
        try await apply(
            "create_data_export",
            #"{"name": "\#(name)", "database": "crm", "tables": \#(tables)}"#)
        try await apply("activate_data_export", #"{"name": "\#(name)"}"#)
        try await apply(
            "add_orchestration",
            """
            {"data_export": "\(name)", "destination": "lake", "data_template": "\(template)"}
            """)
    }

    /// Starts a run and returns its id.
    func run(_ name: String = "Daily customers") async throws -> Int64 {
        try await apply("run_orchestration", #"{"name": "\#(name)"}"#)
        return try await queue.query(
            "select max(id) from ferry.runs where data_export = $1", [.text(name)])[0][0].int64()
    }

    // MARK: - Runs

    func state(of run: Int64) async throws -> String? {
        try await queue.text("select state from ferry.runs where id = $1", [.int(run)])
    }

    /// Waits until the run is in this state. An end that is another one is an error at once.
    func reaches(
        _ state: String, _ run: Int64, within limit: Duration = .seconds(180)
    ) async throws {
        try await eventually(within: limit, "run \(run) is \(state)") {
            let now = try await self.state(of: run)
            if now == state { return true }
            if let now, ["succeeded", "failed", "stopped"].contains(now) {
                throw EndedOtherwise(state: now, error: try await error(of: run))
            }
            return false
        }
    }

    func error(of run: Int64) async throws -> String {
        try await queue.text(
            "select concat_ws(': ', error_code, error_message) from ferry.runs where id = $1",
            [.int(run)]) ?? ""
    }

    /// The names of the run's events, in order.
    func events(of run: Int64) async throws -> [String] {
        try await queue.texts(
            "select event from ferry.events where run_id = $1 order by id", [.int(run)])
    }

    /// All that workers may write about runs, as text; equal texts: nothing was changed.
    func record() async throws -> String {
        try await queue.text(
            """
            select concat_ws(E'\\n',
                (select string_agg(r::text, E'\\n' order by id) from ferry_state.runs as r),
                (select string_agg(t::text, E'\\n' order by run_id, number)
                   from ferry_state.run_tasks as t),
                (select string_agg(d::text, E'\\n' order by run_id, number)
                   from ferry_state.run_reads as d),
                (select string_agg(e::text, E'\\n' order by id)
                   from ferry_state.events as e where run_id is not null))
            """) ?? ""
    }
}

struct SceneFailed: Error, CustomStringConvertible {
    let reason: String
    let logs: String

    var description: String { reason + "\n" + logs }
}

struct NotApplied: Error {
    let outcome: Scene.Outcome
}

struct EndedOtherwise: Error {
    let state: String
    let error: String
}
