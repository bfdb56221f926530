import Postgres
import TestSupport
import Testing

private let insert =
    #"insert into ferry.commands (command, arguments) "#
    + #"values ('create_data_export', '{"name": "a"}')"#

@Suite("The actor of a command", .timeLimit(.minutes(15)))
struct ActorTests {
    private func actors(_ connection: Connection) async throws -> [String] {
        try await connection.query("select actor from ferry_state.commands order by id")
            .map { try $0[0].string() }
    }

    @Test func `is the current role, whatever the login`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()

            try await owner.run(insert)
            try await owner.run("set role test_client_alice; \(insert)")
            try await owner.run("set role none; \(insert)")
            try await owner.run("set session authorization test_client_bob; \(insert)")
            try await owner.run("set role ferry_client; \(insert)")
            try await owner.run("reset session authorization; \(insert)")

            #expect(
                try await actors(owner) == [
                    "ferry", "test_client_alice", "ferry", "test_client_bob", "ferry_client",
                    "ferry",
                ])
        }
    }

    @Test func `is the owner of a SECURITY DEFINER function that sends it`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run(
                """
                create schema alice authorization test_client_alice;
                grant usage on schema alice to public;
                """)
            let alice = try await database.connect(as: .alice)
            try await alice.run(
                """
                create function alice.send() returns void language sql security definer
                    begin atomic \(insert); end;
                """)

            try await (try await database.connect(as: .bob)).run("select alice.send()")
            try await (try await database.connect(as: .outsider)).run("select alice.send()")

            #expect(try await actors(owner) == ["test_client_alice", "test_client_alice"])
        }
    }

    /// ANALYZE by an administrator, or by autovacuum, runs the functions of an index with the
    /// rights of the table's owner.
    @Test func `is the role whose index sends it during ANALYZE`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run("create schema alice authorization test_client_alice")
            let alice = try await database.connect(as: .alice)
            try await alice.run(
                """
                create function alice.send() returns void language plpgsql as $$ begin
                    if current_setting('test.armed', true) = 'yes' then \(insert); end if;
                end $$;
                create function alice.trap(n int) returns int immutable language plpgsql as $$ begin
                    perform alice.send(); return n;
                end $$;
                create table alice.bait (n int);
                insert into alice.bait values (1);
                create index on alice.bait (alice.trap(n));
                """)

            try await owner.run("set test.armed = 'yes'")
            try await owner.run("analyze alice.bait")

            #expect(try await Set(actors(owner)) == ["test_client_alice"])
        }
    }

    @Test func `is the role that writes through another client's view or trigger`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run(
                """
                create schema alice authorization test_client_alice;
                grant usage on schema alice to public;
                """)
            let alice = try await database.connect(as: .alice)
            try await alice.run(
                """
                create view alice.commands as select command, arguments from ferry.commands;
                create table alice.orders (n int);
                create function alice.send() returns trigger language plpgsql as $$ begin
                    \(insert); return new;
                end $$;
                create trigger send after insert on alice.orders
                    for each row execute function alice.send();
                grant insert on alice.commands, alice.orders to test_client_bob;
                """)

            let bob = try await database.connect(as: .bob)
            try await bob.run(
                insert.replacing("ferry.commands", with: "alice.commands")
                    + "; insert into alice.orders values (1)")

            #expect(try await actors(owner) == ["test_client_bob", "test_client_bob"])
        }
    }

    @Test func `survives a search path full of traps`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run("create schema traps authorization test_client_bob")
            let bob = try await database.connect(as: .bob)
            let honest = try await bob.create("Honest")
            try await bob.run(traps(in: "traps") + traps(in: "pg_temp"))
            try await bob.run("set search_path = pg_temp, traps, pg_catalog")

            try await bob.run("\(insert)")
            let typed = try await bob.query("select ferry.create_data_export(' hONEST ') as id")
            _ = try await bob.query("select id from ferry.command_status")
            try await bob.run("select ferry.cancel_command(\(try typed[0]["id"].int64()))")

            #expect(try await actors(owner) == Array(repeating: "test_client_bob", count: 3))
            let lanes = try await owner.query(
                "select lane from ferry_state.commands where id in ($1, $2)",
                [.int(honest[0]), .int(try typed[0]["id"].int64())])
            #expect(try lanes[0][0].int64() == lanes[1][0].int64())
        }
    }

    /// Functions and an operator that fit better than those of `pg_catalog`, where the path allows.
    private func traps(in schema: String) -> String {
        let signatures = [
            "now()", "clock_timestamp()", "lower(text)", "btrim(text)", "nextval(text)",
            "nextval(regclass)", "to_jsonb(text)", "hashtextextended(text, bigint)",
            "pg_notify(text, text)", "pg_has_role(text, text)", "jsonb_typeof(jsonb)",
            "current_setting(text)", "num_nonnulls(text)", "format(text, text)",
        ]
        return signatures.map { signature in
            """
            create function \(schema).\(signature) returns text language plpgsql
                as $$ begin raise exception 'trapped'; end $$;
            """
        }.joined()
            + """
            create function \(schema).equal(text, text) returns boolean language plpgsql
                as $$ begin raise exception 'trapped'; end $$;
            create operator \(schema).= (function = \(schema).equal, leftarg = text,
                                         rightarg = text);
            """
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
