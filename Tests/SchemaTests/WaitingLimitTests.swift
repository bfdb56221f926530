import Postgres
import TestSupport
import Testing

@Suite("The limit of waiting commands", .timeLimit(.minutes(15)))
struct WaitingLimitTests {
    private let flood = """
        insert into ferry.commands (command, arguments)
        select 'create_data_export', '{"name": "x"}' from generate_series(1, $1::int)
        """

    private func limit(_ owner: Connection, _ value: String) async throws {
        try await owner.execute(
            """
            insert into ferry_state.settings (name, value, changed_by)
            values ('waiting_commands_max', $1, 'test')
            on conflict (name) do update set value = excluded.value
            """, [.text(value)])
    }

    /// Sends many at a time until one is refused; returns how many were accepted.
    private func fill(_ connection: Connection) async throws -> Int {
        while true {
            if try await refusal(connection, flood, [.int(500)]) != nil { break }
        }
        // What is refused leaves the rest of the way to single commands.
        while true {
            let error = try await refusal(connection, flood, [.int(1)])
            if error != nil { break }
        }
        return try await connection.number("select count(*) from ferry.unfinished_commands")
    }

    @Test func `refuses what is too much for one role, and gives a hint`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let bob = try await database.connect(as: .bob)
            try await limit(try await database.connect(), "10000")

            // By chance; outside of this once in some ten million times.
            #expect((4_000...25_000).contains(try await fill(alice)))
            for _ in 1...20 {
                let error = try await refusal(alice, flood, [.int(1)])
                #expect(error?.sqlState == "FY017")
                #expect(
                    error?.message
                        == "about 9984 commands of test_client_alice are waiting to be applied; "
                        + "the limit is 10000")
                #expect(
                    error?.hint
                        == "wait until some are applied, or cancel some (ferry.cancellations); "
                        + "an administrator can change the setting waiting_commands_max")
            }
            #expect(try await refusal(bob, flood, [.int(100)]) == nil)
        }
    }

    @Test func `holds for one statement and for one transaction`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            try await limit(try await database.connect(), "10000")

            #expect(try await refusal(alice, flood, [.int(30_000)])?.sqlState == "FY017")

            try await alice.run(
                """
                begin;
                do $$
                begin
                    for n in 1 .. 30000 loop
                        begin
                            -- Chance is not theirs to choose.
                            perform setseed(0.5);
                            insert into ferry.commands (command, arguments)
                            values ('create_data_export', '{"name": "x"}');
                        exception when others then null;
                        end;
                    end loop;
                end $$;
                commit;
                """)
            #expect(
                try await alice.number("select count(*) from ferry.unfinished_commands") < 25_000)
        }
    }

    @Test func `is free again as commands end, and when it is raised`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let owner = try await database.connect()
            try await limit(owner, "10000")
            _ = try await fill(alice)

            try await limit(owner, "20000")
            #expect(try await refusal(alice, flood, [.int(10)]) == nil)
            try await limit(owner, "10000")
            #expect(try await refusal(alice, flood, [.int(1)]) != nil)

            _ = try await database.connect(as: .worker).applyAll()
            #expect(try await owner.number("select count(*) from ferry_state.command_samples") == 0)
            #expect(try await refusal(alice, flood, [.int(100)]) == nil)
        }
    }
}
