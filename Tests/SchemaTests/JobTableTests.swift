import Postgres
import TestSupport
import Testing

@Suite("The job table", .timeLimit(.minutes(15)))
struct JobTableTests {
    @Test func `takes an INSERT from any client and returns the id`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            let rows = try await alice.query(
                """
                insert into ferry.commands (command, arguments, environment)
                values ('create_data_export', '{"name": "Daily customers"}', 'production')
                returning *
                """)

            #expect(try rows[0]["id"].int() > 0)
            #expect(try rows[0]["actor"].string() == "test_client_alice")
            #expect(try rows[0]["state"].string() == "queued")
            #expect(try !rows[0]["created_at"].string().isEmpty)
        }
    }

    @Test func `fills in what a client leaves out or sets to null`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            let rows = try await alice.query(
                """
                insert into ferry.commands
                       (id, command, arguments, environment, priority, run_at, idempotency_key)
                values (null, 'create_data_export', '{"name": "a", "database": null}',
                        null, null, null, null)
                returning environment, priority, state
                """)

            #expect(try rows[0]["environment"].string() == "production")
            #expect(try rows[0]["priority"].int() == 2)
            #expect(try rows[0]["state"].string() == "queued")
        }
    }

    @Test func `forgets the commands of a transaction that rolls back`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let owner = try await database.connect()

            try await alice.run("begin")
            try await alice.create("a")
            try await alice.send("create_data_export", #"{"name": "b"}"#, runAt: "2099-01-01")
            try await alice.send("create_data_export", #"{"name": "c"}"#, key: "k")
            #expect(try await alice.number("select count(*) from ferry.commands") == 3)
            try await alice.run("rollback")

            for table in ["commands", "command_queue", "command_waits"] {
                #expect(try await owner.number("select count(*) from ferry_state.\(table)") == 0)
            }
        }
    }

    @Test func `has a typed function for every command`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let owner = try await database.connect()
            let definitions = try await owner.query(
                """
                select command, parameters,
                       array(select arguments -> p ->> 'type' from unnest(parameters) as p) as types
                  from ferry_state.command_definitions order by command
                """)
            let samples = [
                "string": "'x'", "integer": "7", "boolean": "true", "object": #"'{"a": null}'"#,
                "tables": "array['public.customers']", "strings": "array['x', 'y']",
                "names": "array['x']",
            ]

            for definition in definitions {
                let command = try definition["command"].string()
                let names = try definition["parameters"].array().compactMap { $0 }
                let types = try definition["types"].array().compactMap { $0 }
                let arguments = zip(names, types)
                    .map { name, type in
                        let value = name == "secret" ? "'env:X'" : samples[type]
                        return "\"\(name)\" => \(value ?? "null")"
                    }
                    .joined(separator: ", ")
                let id = try await alice.query(
                    "select ferry.\(command)(\(arguments), priority => 3)")[0][0].int64()

                let sent = try await alice.query(
                    """
                    select command, priority, environment,
                           (select array_agg(k order by k) from jsonb_object_keys(arguments) as k)
                               as keys
                      from ferry.commands where id = $1
                    """, [.int(id)])[0]
                #expect(try sent["command"].string() == command)
                #expect(try sent["priority"].int() == 3)
                #expect(try sent["environment"].string() == "production")
                #expect(try sent["keys"].array().compactMap { $0 } == names.sorted())
            }
            #expect(definitions.count > 10)
        }
    }

    @Test func `keeps the arguments of a typed function as they are`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            try await alice.execute(
                #"select ferry.create_destination('d', 'directory', '{"prefix": null, "n": 1}')"#)
            try await alice.execute("select ferry.create_data_export('e', all_tables => true)")

            let arguments = try await alice.query(
                "select arguments from ferry.commands order by id"
            ).map { try $0[0].string() }
            #expect(
                arguments == [
                    #"{"kind": "directory", "name": "d", "settings": {"n": 1, "prefix": null}}"#,
                    #"{"name": "e", "tables": "all"}"#,
                ])
        }
    }

    @Test(arguments: [
        "O'Reilly\"; drop table ferry_state.commands; --", "$$ $body$ %s %1$I \\ \\x",
        "日本語 ñ 👩‍👩‍👧 \u{202E}bidi", "line\nfeed\ttab\u{1B}[31m\u{7F}", "{\"a\":null}", " ",
    ])
    func `carries hostile text unchanged`(text: String) async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            let inserted = try await alice.query(
                """
                insert into ferry.commands (command, arguments, idempotency_key)
                values ('create_data_export', jsonb_build_object('name', $1::text), $1)
                returning id
                """, [.text(text)])[0][0].int64()
            let called = try await alice.query(
                "select ferry.create_data_export($1, tables => array[$1])", [.text(text)]
            )[0][0].int64()

            for id in [inserted, called] {
                let name = try await alice.text(
                    "select arguments ->> 'name' from ferry.commands where id = $1", [.int(id)])
                #expect(name == text)
            }
        }
    }

    @Test func `takes arguments of just under one mebibyte`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let tables = (0..<10).map { _ in String(repeating: "é", count: 52_000) }

            let id = try await alice.query(
                "select ferry.add_tables('a', $1::text[])", [Value(tables)])[0][0].int64()

            let length = try await alice.number(
                "select octet_length(arguments::text) from ferry.commands where id = $1",
                [.int(id)])
            #expect(length > 1_000_000)
        }
    }
}
