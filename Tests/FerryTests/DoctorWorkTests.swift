import Postgres
import TestSupport
import Testing

@testable import ferry

@Suite("ferry doctor, of work that takes long", .timeLimit(.minutes(15)))
struct DoctorWorkTests {
    private func examination(
        _ database: TestDatabase, _ limits: Examination.Limits
    ) async throws -> Examination {
        Examination(
            try await database.connect(as: .viewer), options: ConnectionOptions(database.url),
            limits: limits)
    }

    @Test func `names the command that waits for longest, and the one that is retried`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let alice = try await database.connect(as: .alice)
            let ids = try await alice.query(
                """
                insert into ferry.commands (command, arguments)
                values ('create_data_export', '{"name": "a"}'),
                       ('create_data_export', '{"name": "b"}'),
                       ('create_data_export', '{"name": "c"}')
                returning id
                """
            ).map { try $0[0].int64() }
            try await connection.execute(
                """
                select ferry_state.finish_commands('{}', null,
                    json_build_array(json_build_object(
                        'id', $1::bigint, 'delay_seconds', 60, 'error', 'the source is down')),
                    null, null)
                """, [.int(ids[0])])

            let findings = try await examination(database, .init(commandWaits: 0)).commands()
            let usual = try await examination(database, .init()).commands()

            #expect(findings.map(\.level) == [.warning, .warning])
            #expect(
                findings[0].message.hasPrefix(
                    "2 commands, the oldest \(ids[1]) create_data_export, waiting for "))
            #expect(
                findings[1].message.hasPrefix("command \(ids[0]) create_data_export retried for "))
            #expect(findings[1].message.hasSuffix(", 1 attempt so far: the source is down"))
            #expect(
                findings[1].wayOut
                    == "fix the cause, or cancel it: ferry command cancel \(ids[0])")
            #expect(usual == [.ok("commands", "none is waiting for long")])
        }
    }

    @Test func `names runs that publish, are retried, stop or wait for too long`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            for (id, state) in [
                (1, "publishing"), (2, "queued"), (3, "queued"), (4, "stopping"), (5, "queued"),
                (6, "running"), (7, "failed"),
            ] {
                try await connection.insertRun(Int64(id), export: "E\(id)", state: state)
            }
            try await connection.execute(
                """
                update ferry_state.runs
                   set retry_at = case when id in (2, 3) then now() end,
                       started_at = now() - interval '1 hour',
                       error_code = case when id < 4 then 'destination_refused' end,
                       error_origin = case when id < 4 then 'destination' end,
                       error_message = case when id < 4 then 'no such column' end,
                       error_hint = case when id = 1 then 'change the table' end
                """)

            let findings = try await examination(database, .init()).runs()

            #expect(findings.map(\.level) == [.problem, .warning, .warning, .warning])
            #expect(
                findings[0]
                    == .problem(
                        "runs", "run 1 E1 has been publishing for 61 m: no such column",
                        wayOut: "change the table"))
            let texts = findings.map(\.message).sorted()
            #expect(
                texts.contains {
                    $0.hasSuffix(" has been retried for 61 m (and 1 other run): no such column")
                })
            #expect(texts.contains("run 4 E4 has been stopping for 61 m"))
            #expect(texts.contains("run 5 E5 has been waiting for 61 m"))
        }
    }

    @Test func `distinguishes expired workers from live ones`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            for name in ["one", "two"] {
                try await connection.execute(
                    "select ferry_state.register_worker($1, 'host', 1, '0.1.0', 4, '1 hour')",
                    [.text(name)])
            }
            let examination = try await examination(database, .init())

            let well = try await examination.workers()
            try await connection.execute(
                """
                update ferry_state.worker_leases set leased_until = now() - interval '1 minute'
                 where worker_id = (select id from ferry_state.workers where name = 'two')
                """)
            let half = try await examination.workers()
            try await connection.execute(
                "update ferry_state.worker_leases set leased_until = now() - interval '1 minute'")
            let none = try await examination.workers()

            #expect(well == [.ok("workers", "2 alive")])
            #expect(half.map(\.level) == [.warning])
            #expect(half[0].message == "1 alive; expired: two (host)")
            #expect(none.map(\.level) == [.problem])
            #expect(none[0].wayOut == "start one: ferry worker")
        }
    }

    @Test func `names credentials without verified TLS, and those that a worker lacks`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            for credentials in [
                """
                {"crm": {"kind": "postgres", "is_verified": true}, "key": {"kind": "pgp"},
                 "hook": {"kind": "webhook", "is_verified": false}}
                """,
                """
                {"hook": {"kind": "webhook", "is_verified": true}, "key": {"kind": "pgp"}}
                """,
            ] {
                try await connection.execute(
                    """
                    select ferry_state.register_worker('w', 'h', 1, '0.1.0', 4, '1 hour',
                                                       $1::jsonb)
                    """, [.text(credentials)])
            }

            let findings = try await examination(database, .init()).credentials()

            #expect(findings.map(\.level) == [.warning, .warning])
            #expect(findings.map(\.message).first == "used without verified TLS: hook")
            #expect(findings.map(\.message).last == "missing on some workers: crm")
        }
    }

    @Test func `shows sandboxes with errors, and unchecked ones`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.run(
                """
                insert into ferry_state.environments (name) values ('Spring'), ('Autumn');
                insert into ferry_state.sandboxes (id, name, key, description, base, created_by)
                values (1, 'Spring', 'spring', '', '[]', 'ferry'),
                       (2, 'Autumn', 'autumn', '', '[]', 'ferry');
                insert into ferry_state.sandbox_checks (sandbox_id, due_at, checked_at)
                values (1, now(), now()), (2, now(), now() - interval '1 hour');
                insert into ferry_state.sandbox_problems
                       (sandbox_id, severity, object_kind, object_name, message)
                values (1, 'error', 'data_export', 'Daily', 'public.a is not there');
                """)

            let findings = try await examination(database, .init()).sandboxes()

            #expect(
                findings == [
                    .warning(
                        "sandboxes", "\"Autumn\" has not been checked for 61 m",
                        wayOut: "workers check sandboxes: see `ferry workers` for running ones"),
                    .warning(
                        "sandboxes", "\"Spring\" cannot be promoted: 1 error",
                        wayOut: "select * from ferry.sandbox_problems"),
                ])
        }
    }
}
