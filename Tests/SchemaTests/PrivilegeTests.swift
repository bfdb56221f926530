import Postgres
import TestSupport
import Testing

private let recordTables = [
    "commands", "command_outcomes", "events", "data_export_versions", "object_versions",
    "run_manifests",
    "migrations",
]

@Suite("Privileges", .timeLimit(.minutes(15)))
struct PrivilegeTests {
    @Test func `let a client read its own commands only`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let bob = try await database.connect(as: .bob)
            let viewer = try await database.connect(as: .viewer)
            try await alice.create("a")
            let bobs = try await bob.create("b", "c")

            for view in ["commands", "command_status"] {
                let count = "select count(*) from ferry.\(view)"
                #expect(try await alice.number(count) == 1)
                #expect(try await bob.number(count) == 2)
                #expect(try await viewer.number(count) == 3)
            }
            #expect(
                try await alice.number(
                    "select count(*) from ferry.commands where id = $1", [.int(bobs[0])]) == 0)
        }
    }

    @Test func `keep a client from everything but sending commands`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let owner = try await database.connect()
            try await alice.create("a")

            var denied = [
                "truncate ferry_state.commands",
                "select * from ferry_state.claim_commands(1, '0', 0, null, null, 0)",
                "select ferry_state.grant_privileges()", "select ferry_state.rescue('{1}')",
                "select nextval('ferry_state.ids')", "create table ferry.t (n int)",
                "create table ferry_state.t (n int)", "drop view ferry.commands",
                "alter view ferry.commands rename to c",
                "create or replace function ferry.cancel_command(id bigint) returns void "
                    + "language sql as 'select 1'",
            ]
            denied += try await relations(owner, in: "ferry_state")
                .map { "select * from ferry_state.\($0)" }
            for statement in denied {
                let error = try await refusal(alice, statement)
                #expect(error?.sqlState == "42501", "\(statement)")
            }
            // Without a policy there is nothing to see.
            for view in try await relations(owner, in: "ferry")
            where !view.hasSuffix("commands") && view != "command_status" {
                #expect(try await alice.number("select count(*) from ferry.\(view)") == 0)
            }
            // PostgreSQL says first that no view can take this.
            #expect(try await refusal(alice, "truncate ferry.commands")?.sqlState == "42809")
            #expect(try await owner.number("select count(*) from ferry_state.commands") == 1)
        }
    }

    @Test func `keep out roles that are not members`() async throws {
        try await TestDatabase.withSchema { database in
            let outsider = try await database.connect(as: .outsider)
            for statement in [
                "insert into ferry.commands (command) values ('create_data_export')",
                "select ferry.create_data_export('a')", "select * from ferry.commands",
                "call ferry.wait_for(1)", "select ferry.cancel_command(1)",
            ] {
                #expect(
                    try await refusal(outsider, statement)?.sqlState == "42501", "\(statement)")
            }
        }
    }

    @Test func `let a viewer read every view and write nothing`() async throws {
        try await TestDatabase.withSchema { database in
            let viewer = try await database.connect(as: .viewer)
            let owner = try await database.connect()

            for view in try await relations(owner, in: "ferry") {
                #expect(try await refusal(viewer, "select * from ferry.\(view)") == nil)
            }
            let events =
                "select * from ferry.events_between(pg_current_snapshot(), "
                + "pg_current_snapshot())"
            #expect(try await refusal(viewer, events) == nil)
            for statement in [
                "insert into ferry.commands (command) values ('create_data_export')",
                "select ferry.create_data_export('a')", "select ferry.cancel_command(1)",
                "update ferry.destinations set name = 'x'",
                "insert into ferry.cancellations (command_id) values (1)",
                "select * from ferry_state.events",
            ] {
                #expect(try await refusal(viewer, statement)?.sqlState == "42501", "\(statement)")
            }
        }
    }

    @Test func `let a worker add to the record and never change it`() async throws {
        try await TestDatabase.withSchema { database in
            let worker = try await database.connect(as: .worker)
            let owner = try await database.connect()

            for table in recordTables {
                let column = try await owner.text(
                    """
                    select attname from pg_attribute
                     where attrelid = $1::text::regclass and attnum = 2
                    """, [.text("ferry_state.\(table)")])
                for statement in [
                    "update ferry_state.\(table) set \(column) = \(column)",
                    "delete from ferry_state.\(table)", "truncate ferry_state.\(table)",
                    "drop table ferry_state.\(table)",
                ] {
                    let error = try await refusal(worker, statement)
                    #expect(error?.sqlState == "42501", "\(statement)")
                }
                #expect(try await refusal(worker, "select * from ferry_state.\(table)") == nil)
            }
        }
    }

    /// Rights that were given by hand, or by an older release, are not Ferry's to keep.
    @Test func `give nothing to PUBLIC`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()

            let open = try await owner.query(
                """
                select p.oid::regprocedure::text from pg_proc as p
                 where pronamespace in ('ferry'::regnamespace, 'ferry_state'::regnamespace)
                   and has_function_privilege('test_outsider', p.oid, 'execute')
                union all
                select c.oid::regclass::text from pg_class as c
                 where relnamespace in ('ferry'::regnamespace, 'ferry_state'::regnamespace)
                   and relkind in ('r', 'v', 'p') and has_table_privilege(
                       'test_outsider', c.oid, 'select, insert, update, delete, truncate')
                """)

            #expect(try open.map { try $0[0].string() } == [])
        }
    }

    private func relations(_ owner: Connection, in schema: String) async throws -> [String] {
        try await owner.query(
            """
            select relname from pg_class
             where relnamespace = $1::text::regnamespace and relkind in ('r', 'v', 'p')
            """, [.text(schema)]
        ).map { try $0[0].string() }
    }
}
