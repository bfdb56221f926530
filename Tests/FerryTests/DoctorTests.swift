import Postgres
import PrivateServer
import TestSupport
import Testing

@testable import ferry

@Suite("ferry doctor", .timeLimit(.minutes(15)))
struct DoctorTests {
    /// Everything is long enough to be worth a line.
    private static let impatient = Examination.Limits(
        commandWaits: 0, runWaits: 0, lockIsHeld: 0, sandboxUnchecked: 0)

    private func examine(
        _ database: TestDatabase, as role: TestRole? = nil,
        _ limits: Examination.Limits = Self.impatient,
        _ check: (Examination) async throws -> [Finding]
    ) async throws -> [Finding] {
        let connection: Connection
        if let role {
            connection = try await database.connect(as: role)
        } else {
            connection = try await database.connect()
        }
        let examination = Examination(
            connection, options: ConnectionOptions(database.url), limits: limits)
        let findings = try await check(examination)
        await connection.close()
        return findings
    }

    @Test func `names who is idle in a transaction, with locks on Ferry's tables`() async throws {
        try await TestDatabase.withSchema { database in
            let dashboard = try await database.connect(as: .viewer)
            try await dashboard.run("set application_name = 'dashboard'; begin")
            _ = try await dashboard.query("select * from ferry.runs")

            let findings = try await examine(database) { try await $0.locks() }
            let patient = try await examine(database, .init()) { try await $0.locks() }

            let pid = dashboard.serverProcessID
            #expect(findings.count == 1)
            #expect(findings[0].level == .warning)
            #expect(
                findings[0].message.hasPrefix(
                    "process \(pid) of role \"test_viewer\" (dashboard), idle in transaction for "))
            #expect(findings[0].message.contains(", holds locks on ferry."))
            #expect(
                findings[0].wayOut == "end its transaction: select pg_terminate_backend(\(pid))")
            #expect(patient == [.ok("locks", "no session holds locks on Ferry's tables for long")])
        }
    }

    @Test func `sees that the history of the database has changed`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run(
                """
                select ferry_state.record_event('production', 'x', 'test', null, null, null, null)
                """)
            #expect(try await examine(database) { try await $0.history() } == [])
            try await owner.run(
                """
                update ferry_state.present_epoch set system_identifier = system_identifier + 1
                """)

            let findings = try await examine(database) { try await $0.history() }

            #expect(findings.map(\.level) == [.warning])
        }
    }

    @Test func `says that others wait for a lock`() async throws {
        try await TestDatabase.withSchema { database in
            let holder = try await database.connect()
            let waiter = try await database.connect()
            let owner = try await database.connect()
            try await holder.run("begin; lock table ferry_state.command_queue")
            async let blocked: Void = waiter.run("delete from ferry_state.command_queue")
            try await eventually("a session waits") {
                try await owner.query(
                    "select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'",
                    [.int(Int64(waiter.serverProcessID))]
                ).count == 1
            }

            let findings = try await examine(database) { try await $0.locks() }
            try await holder.run("rollback")
            try await blocked

            let held = try #require(findings.first { $0.level == .problem })
            #expect(held.message.hasPrefix("process \(holder.serverProcessID) of role "))
            #expect(held.message.hasSuffix("ferry_state.command_queue; a session waits for it"))
        }
    }

    @Test func `shows locks only to those who may see other sessions`() async throws {
        try await TestDatabase.withSchema { database in
            let findings = try await examine(database, as: .alice) { try await $0.locks() }

            #expect(
                findings == [
                    .ok("locks", "not visible to this role (needs pg_read_all_stats)")
                ])
        }
    }

    @Test func `names the session that keeps the queue of notifications full`() async throws {
        try await TestDatabase.withSchema { database in
            let listener = try await database.connect()
            let sender = try await database.connect()
            try await listener.run("listen ferry_events")
            try await listener.run("begin")
            _ = try await listener.query("select pg_current_xact_id()")
            try await sender.execute(
                """
                select pg_notify('ferry_events', repeat('x', 7000) || n)
                  from generate_series(1, 500) as n
                """)

            let limits = Examination.Limits(notifications: 0.0001)
            let findings = try await examine(database, limits) { try await $0.notifications() }
            let usual = try await examine(database, .init()) { try await $0.notifications() }

            #expect(findings.map(\.level) == [.problem])
            #expect(findings[0].message.hasPrefix("1 % of the server's queue is in use"))
            #expect(
                findings[0].wayOut?.hasPrefix("end the session that probably holds it: process ")
                    == true)
            #expect(usual.map(\.level) == [.ok])
            await listener.close()
        }
    }

    @Test func `sees that the prepared months run out`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            func drop(month: Int) async throws -> [Finding] {
                let name = try await owner.query(
                    """
                    select ferry_state.event_partition(
                        (now() at time zone 'UTC' + make_interval(months => $1))::date)
                    """, [.int(Int64(month))])[0][0].string()
                try await owner.run("drop table ferry_state.\(name)")
                return try await examine(database) { try await $0.partitions() }
            }

            let well = try await examine(database) { try await $0.partitions() }
            let later = try await drop(month: 2)
            let next = try await drop(month: 1)
            let now = try await drop(month: 0)
            try await owner.run("select ferry_state.make_event_partitions()")
            let made = try await examine(database) { try await $0.partitions() }

            #expect(well.map(\.level) == [.ok])
            #expect(later.map(\.level) == [.warning])
            #expect(next.map(\.level) == [.problem])
            #expect(now.map(\.level) == [.problem])
            #expect(now[0].message.hasSuffix("no command can be applied"))
            #expect(
                now[0].wayOut
                    == "run as the owner of the schema: select ferry_state.make_event_partitions()")
            #expect(made == well)
        }
    }

    @Test func `warns where every role may connect, or create anything`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            func access(after change: String) async throws -> [String?] {
                try await owner.run(change)
                return try await examine(database, as: .outsider) { try await $0.access() }
                    .map(\.wayOut)
            }
            let connect =
                "revoke connect, temporary on database \(database.name) from public; "
                + "grant connect on database \(database.name) "
                + "to ferry_client, ferry_viewer, ferry_worker"

            #expect(try await access(after: "") == [connect])
            #expect(
                try await access(
                    after: """
                        grant create on database \(database.name) to public;
                        create schema "Odd"; grant create on schema "Odd", public to public
                        """) == [
                        "revoke create on database \(database.name) from public",
                        "revoke create on schema \"Odd\" from public",
                        "revoke create on schema public from public", connect,
                    ])
            #expect(
                try await access(
                    after: """
                        revoke all on database \(database.name) from public;
                        revoke create on schema "Odd", public from public;
                        grant connect on database \(database.name) to test_outsider
                        """) == [nil])
        }
    }

    @Test func `warns of sources that are read as a role that may do more`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run(
                """
                insert into ferry_state.databases
                       (id, environment, name, key, credential, created_by)
                values (1, 'production', 'crm', 'crm', 'crm', 'ferry'),
                       (2, 'production', 'erp', 'erp', 'erp', 'ferry'),
                       (3, 'production', 'hr', 'hr', 'hr', 'ferry'),
                       (4, 'production', 'new', 'new', 'new', 'ferry');
                select ferry_state.note_source_role('crm', 'postgres', '{superuser}'),
                       ferry_state.note_source_role(
                           'erp', 'Wide', '{pg_execute_server_program,pg_read_server_files}'),
                       ferry_state.note_source_role('hr', 'reader', '{}')
                """)
            func messages(after change: String = "") async throws -> [String] {
                try await owner.run(change)
                return try await examine(database, as: .viewer) { try await $0.sources() }
                    .map { "\($0.level): \($0.message)" }
            }
            let text = "filters and masks run as role"
            let wayOut = "use a role that can only select the exported tables"

            #expect(
                try await messages() == [
                    "warning: database \"crm\": \(text) \"postgres\" of the source, which is "
                        + "a superuser: \(wayOut)",
                    "warning: database \"erp\": \(text) \"Wide\" of the source, which is "
                        + "a member of pg_execute_server_program, pg_read_server_files: \(wayOut)",
                ])
            #expect(
                try await messages(
                    after: """
                        select ferry_state.note_source_role('crm', 'reader', '{}'),
                               ferry_state.note_source_role('erp', 'Wide', '{}')
                        """) == ["ok: no source role is known to have more than read rights"])
        }
    }

    @Test func `detects a pooler by its invented process ids`() async throws {
        try await TestDatabase.withSchema { database in
            let server = try await TestServer.shared
            let pooler = try SessionPooler(to: server.port)
            let options = ConnectionOptions(
                "host=127.0.0.1 port=\(pooler.port) dbname=\(database.name) user=ferry")
            let connection = try await Connection.connect(options)

            let findings = try await Examination(connection, options: options).server()

            #expect(findings.map(\.level) == [.ok, .warning])
            #expect(findings[1].message.contains("in session mode"))
            await connection.close()
            pooler.close()
        }
    }
}
