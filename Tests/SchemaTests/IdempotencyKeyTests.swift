import Postgres
import TestSupport
import Testing

private let customers = #"{"name": "customers"}"#

@Suite("An idempotency key", .timeLimit(.minutes(15)))
struct IdempotencyKeyTests {
    @Test func `gives the same id for the same command`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            let first = try await alice.send("create_data_export", customers, key: "k")
            let second = try await alice.send("create_data_export", customers, key: "k")
            let typed = try await alice.query(
                "select ferry.create_data_export('customers', idempotency_key => 'k')")

            #expect(first == second)
            #expect(try typed[0][0].int64() == first)
            #expect(try await alice.number("select count(*) from ferry.commands") == 1)
        }
    }

    @Test func `is refused for another command`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let id = try await alice.send("create_data_export", customers, key: "k")

            for (command, arguments) in [
                ("create_data_export", #"{"name": "orders"}"#), ("discard_draft", customers),
            ] {
                let error = try await refusal(
                    alice,
                    """
                    insert into ferry.commands (command, arguments, idempotency_key)
                    values ($1, $2, 'k')
                    """, [.text(command), .text(arguments)])
                #expect(error?.sqlState == "FY008")
                #expect(
                    error?.message == "idempotency key \"k\" was used for another command (\(id))")
                #expect(
                    error?.hint
                        == "use a new key, or resend the same command with the same arguments")
            }
        }
    }

    @Test func `belongs to its actor`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let bob = try await database.connect(as: .bob)

            let first = try await alice.send("create_data_export", customers, key: "k")
            let second = try await bob.send("discard_draft", customers, key: "k")

            #expect(first != second)
        }
    }

    @Test func `makes the second of two transactions wait for the first`() async throws {
        try await TestDatabase.withSchema { database in
            let first = try await database.connect(as: .alice)
            let second = try await database.connect(as: .alice)
            let owner = try await database.connect()

            try await first.run("begin")
            let id = try await first.send("create_data_export", customers, key: "k")
            async let repeated = second.send("create_data_export", customers, key: "k")
            try await eventually("the second waits") { try await owner.sees(waiting: second) }
            try await first.run("commit")

            #expect(try await repeated == id)
            #expect(try await owner.number("select count(*) from ferry_state.command_queue") == 1)
        }
    }

    @Test func `is free again when the first transaction rolls back`() async throws {
        try await TestDatabase.withSchema { database in
            let first = try await database.connect(as: .alice)
            let second = try await database.connect(as: .alice)
            let owner = try await database.connect()

            try await first.run("begin")
            let id = try await first.send("create_data_export", customers, key: "k")
            async let repeated = second.send("create_data_export", customers, key: "k")
            try await eventually("the second waits") { try await owner.sees(waiting: second) }
            try await first.run("rollback")

            #expect(try await repeated != id)
            #expect(try await owner.number("select count(*) from ferry_state.command_queue") == 1)
        }
    }

    @Test func `costs no lock, so one statement can use many`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            try await alice.run("begin")
            try await alice.run(
                """
                insert into ferry.commands (command, arguments, idempotency_key)
                select 'create_data_export', jsonb_build_object('name', n::text), 'key ' || n
                  from generate_series(1, 500) as n
                """)
            let locks = try await alice.number(
                "select count(*) from pg_locks where pid = pg_backend_pid()")
            try await alice.run("commit")

            #expect(locks < 100)
        }
    }
}
