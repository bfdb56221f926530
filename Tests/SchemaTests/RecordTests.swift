import Postgres
import TestSupport
import Testing

/// The tables of the record, which only ever grow.
private let recordTables = [
    "commands", "command_outcomes", "events", "data_export_versions", "object_versions",
    "run_manifests",
]

@Suite("The record of what happened", .timeLimit(.minutes(15)))
struct RecordTests {
    /// A database in which there is something of everything that is recorded.
    private func withRecord(_ body: (TestDatabase, Connection) async throws -> Void) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let alice = try await database.connect(as: .alice)
            let id = try await alice.create("Daily")[0]
            let worker = try await database.connect(as: .worker)
            _ = try await worker.applyAll()
            try await worker.execute(
                "select ferry_state.record_event('production', 'e', 'test', $1, 'n', null, null)",
                [.int(id)])
            try await owner.run(
                """
                insert into ferry_state.data_export_versions
                       (data_export_id, number, environment, name, database_id, tables,
                        table_settings, activated_by, command_id)
                values (1, 1, 'production', 'Daily', 1, '[]', '{}', 'alice', 1);
                insert into ferry_state.object_versions
                       (kind, object_id, number, environment, name, actor, command_id)
                values ('database', 1, 1, 'production', 'crm', 'alice', 1);
                insert into ferry_state.policy_assignments
                       (id, role, policy, denial, options, created_by)
                values (-1, 'test_client_alice', 'datagrid_administrator', false, '[]', 'test');
                """)
            try await body(database, owner)
        }
    }

    @Test(arguments: [TestRole.alice, .viewer, .worker])
    func `cannot be changed through its views`(_ role: TestRole) async throws {
        try await withRecord { database, owner in
            let connection = try await database.connect(as: role)
            for (view, column) in [
                ("events", "actor"), ("object_versions", "actor"),
                ("data_export_versions", "name"), ("run_files", "file"),
                ("command_status", "actor"),
            ] {
                for statement in [
                    "insert into ferry.\(view) (\(column)) values ('x')",
                    "update ferry.\(view) set \(column) = 'x'", "delete from ferry.\(view)",
                    "copy ferry.\(view) (\(column)) from stdin",
                ] {
                    // For some views, PostgreSQL first reports that they are not updatable.
                    let error = try await refusal(connection, statement)
                    #expect(["42501", "55000"].contains(error?.sqlState), "\(statement)")
                }
            }
            for statement in [
                "update ferry.commands set priority = 0", "delete from ferry.commands",
            ] {
                #expect(try await refusal(connection, statement)?.sqlState == "55000")
            }
            #expect(try await owner.number("select count(*) from ferry_state.events") == 1)
        }
    }

    @Test func `says how a command is canceled to a role that was given more rights`() async throws
    {
        try await withRecord { database, owner in
            try await owner.run("grant update on ferry_state.commands to test_worker")
            let worker = try await database.connect(as: .worker)

            let error = try await refusal(worker, "update ferry_state.commands set priority = 0")

            #expect(error?.sqlState == "FY013")
            #expect(
                error?.message == "UPDATE on ferry_state.commands is not allowed: "
                    + "the table is append-only")
            #expect(
                error?.hint == "to cancel a waiting command, call ferry.cancel_command(id)")
        }
    }

    /// Manually granted rights are not enough.
    @Test func `is kept from a role that was given all rights on it`() async throws {
        try await withRecord { database, owner in
            let worker = try await database.connect(as: .worker)
            for table in recordTables {
                try await owner.run(
                    "grant update, delete, truncate on ferry_state.\(table) to test_worker")
                let update = try await owner.text(
                    """
                    select attname || ' = ' || attname from pg_attribute
                     where attrelid = $1::text::regclass and attnum = 2
                    """, [.text("ferry_state.\(table)")])
                var statements = [
                    "update ferry_state.\(table) set \(update)", "delete from ferry_state.\(table)",
                ]
                // Foreign keys keep this one from it before.
                if table != "run_manifests" { statements.append("truncate ferry_state.\(table)") }
                for statement in statements {
                    #expect(
                        try await refusal(worker, statement)?.sqlState == "FY013", "\(statement)")
                }
            }
            #expect(try await owner.number("select count(*) from ferry_state.events") == 1)
        }
    }

    @Test func `is kept from a partition of the events as from all of them`() async throws {
        try await withRecord { database, owner in
            let worker = try await database.connect(as: .worker)
            let partition = try await owner.text(
                "select tableoid::regclass::text from ferry_state.events")
            for statement in [
                "insert into \(partition) (id, environment, event, object_kind, actor) "
                    + "overriding system value values (1, 'production', 'forged', 'test', 'x')",
                "select * from \(partition)", "delete from \(partition)",
            ] {
                #expect(try await refusal(worker, statement)?.sqlState == "42501", "\(statement)")
            }
            try await owner.run("grant all on \(partition) to test_worker")
            let error = try await refusal(worker, "delete from \(partition)")
            #expect(error?.sqlState == "FY013")
        }
    }

    @Test func `is protected from callers of the owner's functions`() async throws {
        try await withRecord { database, owner in
            let alice = try await database.connect(as: .alice)
            try await owner.run(
                """
                create function public.tidy() returns void language sql security definer
                    as 'delete from ferry_state.events';
                """)

            #expect(try await refusal(alice, "select public.tidy()")?.sqlState == "FY013")
            // Who owns the schema may, and answers for it.
            #expect(try await refusal(owner, "select public.tidy()") == nil)
        }
    }

    @Test func `loses arguments only of a sender without policies, where the command ends`()
        async throws
    {
        try await withRecord { database, owner in
            let bob = try await database.connect(as: .bob)
            let worker = try await database.connect(as: .worker)
            let ids = try await bob.create("emptied", "kept")
            func reject(_ id: Int64) async throws {
                try await worker.save(
                    outcomes: #"[{"id": \#(id), "state": "rejected", "code": "c"}]"#)
            }
            let rows = "select string_agg(c::text, ' ' order by id) from ferry_state.commands as c"

            try await reject(ids[0])
            let policies = "update ferry_state.policy_assignments set role = "
            try await owner.run(policies + "'test_client_bob' where id = -1")
            try await reject(ids[1])
            try await owner.run(policies + "'nobody' where id = -1")
            let before = try await owner.text(rows)
            // It ended before.
            try await worker.execute("select ferry_state.empty_commands($1)", [Value(ids)])
            // Whoever calls a function of the owner's, and whatever rights they were given.
            try await owner.run(
                """
                create function public.change(statement text) returns void language plpgsql
                    security definer as 'begin execute statement; end';
                grant update on ferry_state.commands to test_worker;
                """)
            for change in [
                #"arguments = '{"dropped": "no policy"}' where id = \#(ids[1])"#,
                "arguments = '{}' where id = \(ids[0])", "actor = 'x' where id = \(ids[0])",
            ] {
                let update = "update ferry_state.commands set \(change)"
                for (statement, parameters) in [
                    (update, []), ("select public.change($1)", [Value.text(update)]),
                ] {
                    let error = try await refusal(worker, statement, parameters)
                    #expect(error?.sqlState == "FY013", "\(statement) \(change)")
                }
            }

            #expect(try await owner.text(rows) == before)
            #expect(before.contains("no policy"))
            #expect(before.contains("kept"))
            #expect(!before.contains("emptied"))
        }
    }

    @Test func `is added to by a worker`() async throws {
        try await withRecord { database, owner in
            let worker = try await database.connect(as: .worker)
            let record =
                "select ferry_state.record_event('production', 'e', 'test', 1, 'n', null, null)"

            #expect(try await refusal(worker, record) == nil)
            #expect(try await owner.number("select count(*) from ferry_state.events") == 2)
        }
    }
}
