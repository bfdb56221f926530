import Migrations
import Postgres
import TestSupport
import Testing

@Suite("What others make in the queue's database", .timeLimit(.minutes(15)))
struct SearchPathTests {
    /// Either its path is pinned, or its body was parsed when it was created.
    @Test func `can be found by no function of Ferry's`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()

            let open = try await owner.query(
                """
                select oid::regprocedure::text from pg_proc
                 where pronamespace in ('ferry'::regnamespace, 'ferry_state'::regnamespace)
                   and prosqlbody is null
                   and not coalesce('search_path=pg_catalog, pg_temp' = any (proconfig), false)
                """)

            #expect(try open.map { try $0[0].string() } == [])
            // They are part of the plans of what calls them, which a pinned path would prevent.
            let bound = try await owner.query(
                """
                select proname::text from pg_proc
                 where pronamespace = 'ferry_state'::regnamespace and prosqlbody is not null
                   and proconfig is not null
                """)
            #expect(try bound.map { try $0[0].string() } == [])
        }
    }

    @Test func `shows a client no more than its policies`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run("create schema alice authorization test_client_alice")
            let alice = try await database.connect(as: .alice)
            try await alice.run(
                """
                create function alice.yes(text[], text[]) returns boolean language sql
                    return true;
                create function alice.yes(text, text) returns boolean language sql return true;
                create operator alice.@> (function = alice.yes, leftarg = text[],
                                          rightarg = text[]);
                create operator alice.= (function = alice.yes, leftarg = text, rightarg = text);
                set search_path = alice, pg_catalog;
                """)

            for view in try await owner.query(
                """
                select relname::text from pg_class
                 where relnamespace = 'ferry'::regnamespace and relkind = 'v'
                """)
            {
                let name = try view[0].string()
                #expect(
                    try await alice.number("select count(*) from ferry.\(name)") == 0, "\(name)")
            }
            #expect(
                try await owner.number("select count(*) from ferry.policy_assignments") == 1)
        }
    }

    /// Functions that fit better than those of `pg_catalog`, in a schema that every role may use.
    @Test func `never runs as a worker, nor as the role that migrates`() async throws {
        try await TestDatabase.withEmpty { database in
            let owner = try await database.connect()
            try await owner.run("grant create on schema public to public")
            let outsider = try await owner.query(
                "select exists (select from pg_roles where rolname = 'test_outsider')")
            if try !outsider[0][0].bool() { try await TestDatabase.withSchema { _ in } }
            let trapper = try await database.connect(as: .outsider)
            for signature in [
                "to_char(date, text)", "format(text, text, text, text)", "format(text, text)",
                "jsonb_build_object(text, text)", "concat_ws(text, text, text)",
            ] {
                try await trapper.run(
                    """
                    create function public.\(signature) returns text language plpgsql
                        as $$ begin raise exception 'trapped'; end $$
                    """)
            }

            // As the program connects.
            var options = ConnectionOptions(database.url)
            options.settings = .queue()
            _ = try await Migrator(try await Connection.connect(options)).migrate()

            // As clients that pin nothing.
            let careless = #"set search_path = "$user", public"#
            try await owner.run(careless + "; select ferry_state.create_command_functions()")
            let worker = try await database.connect(as: .worker)
            try await worker.run(careless)
            try await worker.run(
                """
                select ferry_state.record_event('production', 'worker_started', 'worker', 1, 'w',
                                                null, null);
                select ferry_state.event_partition('2026-01-01');
                """)

            #expect(
                try await worker.text("select ferry_state.event_partition('2026-01-01')")
                    == "events_2026_01")
        }
    }
}
