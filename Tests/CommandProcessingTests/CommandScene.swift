import CommandProcessing
import Credentials
import Foundation
import Lifecycle
import Postgres
import TestSupport
import Values

/// A queue of its own, with a source database "shop" that has the tables a, b and c.
struct CommandScene: Sendable {
    /// Holds the queue, and the tables of "shop" in its schema public.
    let database: TestDatabase
    /// A superuser's.
    let admin: Connection
    /// Where credentials are kept; gone afterwards.
    let folder: String

    static func with(_ body: (CommandScene) async throws -> Void) async throws {
        try await TestDatabase.withSchema { database in
            let folder = NSTemporaryDirectory() + "ferry-\(UUID())"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let admin = try await database.connect()
            // A worker that waits for a lock for good makes its test fail, not hang.
            try await admin.run("alter database \(database.name) set lock_timeout = '10s'")
            try await admin.run(
                "create table public.a(); create table public.b();"
                    + "create table public.c()")
            try await admin.execute(
                """
                insert into ferry_state.policy_assignments
                       (id, role, policy, denial, options, created_by)
                values (-1, $1, 'datagrid_administrator', false, '[]', 'test')
                """, [.text(TestRole.alice.rawValue)])
            try await admin.run(
                """
                insert into ferry_state.workers (id, name, host, process_id, version, concurrency)
                overriding system value values (0, 'w', 'h', 1, '1', 1);
                insert into ferry_state.worker_leases
                       (worker_id, leased_until, heartbeat_at, backend_pid, backend_start,
                        backend_role)
                select 0, now() + interval '1 day', now(), pid, backend_start, usesysid
                  from pg_stat_get_activity(pg_backend_pid());
                """)
            let scene = CommandScene(database: database, admin: admin, folder: folder)
            try scene.keep(database.url, as: "shop")
            try await scene.send(
                "register_database", ["name": "Shop", "credential": "shop"])
            try await scene.processor().drain()
            try await body(scene)
        }
    }

    /// Keeps a connection string as a credential.
    func keep(_ secret: String, as name: String) throws {
        try Data(secret.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    func processor(
        batchMax: Int = 500, retry: RetryPolicy = RetryPolicy(), facts: FactFinder? = nil
    ) async throws -> Applying {
        let facts = facts ?? self.facts
        return Applying(
            processor: CommandProcessor(
                connection: try await database.connect(as: .worker), facts: facts, retry: retry,
                batchMax: batchMax),
            lookup: FactLookup(
                worker: 0, pool: ConnectionPool(try await database.options(as: .worker), size: 1),
                facts: facts, retry: retry))
    }

    var facts: FactFinder {
        FactFinder(
            credentials: WorkerCredentials(paths: [folder]), destinationTest: { _ in nil },
            destinationCheck: { _ in nil }, deliveryCheck: { _ in .notVisible },
            templateCheck: { _, _ in nil }, runPlanning: { _, _ in .success(RunPlan(tables: [])) })
    }

    /// Inserts a command as alice and returns its id.
    @discardableResult
    func send(
        _ command: String, _ arguments: JSONValue, priority: Int? = nil, runAt: String? = nil,
        key: String? = nil
    ) async throws -> Int64 {
        let json = String(decoding: try JSONEncoder().encode(arguments), as: UTF8.self)
        return try await admin.transaction { connection in
            try await connection.run("set local role test_client_alice")
            return try await connection.query(
                """
                insert into ferry.commands
                       (command, arguments, priority, run_at, idempotency_key)
                values ($1, $2, $3, $4, $5) returning id
                """, [.text(command), .text(json), Value(priority), Value(runAt), Value(key)]
            )[0][0].int64()
        }
    }

    /// Creates an active export of table a of "shop" for each name.
    func activate(_ names: [String]) async throws {
        for name in names {
            try await send(
                "create_data_export",
                ["name": .string(name), "database": "Shop", "tables": ["a"]])
            try await send("activate_data_export", ["name": .string(name)])
        }
        try await processor().drain()
    }

    /// Creates the destination "CRM" with the data template "plain".
    func addDestination() async throws {
        try await send(
            "create_destination",
            ["name": "CRM", "kind": "directory", "settings": ["path": "/exports"]])
        try await send(
            "create_data_template", ["destination": "CRM", "name": "plain", "settings": [:]])
        try await processor().drain()
    }

    func status(_ id: Int64) async throws -> CommandStatus {
        let row = try await admin.query(
            "select state, error_code, message, hint, attempts from ferry.commands where id = $1",
            [.int(id)])[0]
        return CommandStatus(
            state: try row[0].string(), code: try row[1].optionalString(),
            message: try row[2].optionalString(), hint: try row[3].optionalString(),
            attempts: try row[4].optionalInt())
    }

    func state(_ id: Int64) async throws -> String { try await status(id).state }

    /// The first column of all rows.
    func texts(_ sql: String, _ parameters: [Value] = []) async throws -> [String] {
        try await admin.query(sql, parameters).map { try $0[0].string() }
    }

    func count(_ sql: String) async throws -> Int { try await admin.query(sql)[0][0].int() }

    /// The events of one command, in order.
    func events(_ command: Int64) async throws -> [String] {
        try await texts(
            "select event from ferry.events where command_id = $1 order by id", [.int(command)])
    }

    /// Lets the time come that commands wait for.
    func makeDue() async throws {
        try await admin.run(
            "update ferry_state.command_waits set due_at = now() where due_at is not null")
    }

    /// Makes the server refuse new rows of a table where the condition holds of `new`.
    func forbid(_ table: String, when condition: String) async throws {
        try await admin.run(
            """
            create function public.forbid_\(table)() returns trigger language plpgsql as $$
            begin
                raise exception 'forbidden';
            end;
            $$;
            create trigger forbid before insert on ferry_state.\(table)
                for each row when (\(condition)) execute function public.forbid_\(table)();
            """)
    }

    func allow(_ table: String) async throws {
        try await admin.run("drop trigger forbid on ferry_state.\(table)")
        try await makeDue()
    }

    /// Waits until this many sessions of workers wait for a lock.
    func waitForBlocked(_ number: Int = 1) async throws {
        try await eventually("\(number) workers wait for a lock") {
            try await count(
                """
                select count(*) from pg_stat_activity
                 where datname = current_database() and usename = 'test_worker'
                   and wait_event_type = 'Lock'
                """) == number
        }
    }
}

struct CommandStatus: Equatable {
    let state: String
    let code: String?
    let message: String?
    let hint: String?
    let attempts: Int?
}

/// Applies batches, and looks up at once what commands wait for.
struct Applying: Sendable {
    let processor: CommandProcessor
    let lookup: FactLookup

    /// Applies one batch, then the commands that wait for facts.
    ///
    /// - Returns: How many commands the batch had.
    @discardableResult
    func applyBatch() async throws -> Int {
        let count = try await batch()
        _ = try await lookUp()
        return count
    }

    /// Applies batches until none is left.
    func drain() async throws {
        while true {
            let count = try await batch()
            if try await lookUp() + count == 0 { return }
        }
    }

    /// Applies one batch. Two may be in each other's way; workers try again, too.
    @discardableResult
    func batch() async throws -> Int {
        while true {
            do {
                return try await processor.applyBatch().count
            } catch PostgresError.server(let error) where error.sqlState == "40P01" {}
        }
    }

    /// Looks up what commands wait for, and applies them.
    ///
    /// - Returns: How many they were.
    func lookUp() async throws -> Int {
        var count = 0
        while true {
            let checks = try await lookup.claim()
            if checks.isEmpty { return count }
            for check in checks { try await lookup.carryOut(check) }
            count += checks.count
        }
    }
}
