import Postgres
import TestSupport
import Testing

@Suite("A command that is sent again with its idempotency key", .timeLimit(.minutes(15)))
struct RepeatedCommandTests {
    @Test func `is reported with its id, however it is sent`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let program = try await Program(database, as: .alice)
            let alice = try await database.connect(as: .alice)

            let first = try await program.run(
                "orchestration", "run", "Daily", "--idempotency-key", "k", "--no-wait")
            let id = try await connection.command(after: 0)
            try await connection.end(command: id, as: "applied")
            let enqueued = try await program.run(
                "enqueue", "run_orchestration", "--argument", "name=Daily", "--idempotency-key",
                "k")
            let again = try await program.run(
                "orchestration", "run", "Daily", "--idempotency-key", "k")
            let typed = try await alice.query(
                "select ferry.run_orchestration('Daily', idempotency_key => 'k')")

            #expect(first.output.contains("\(id)"))
            #expect(first.error == "")
            for repeated in [enqueued, again] {
                #expect(
                    repeated.error.hasPrefix("ferry: command \(id) was already sent with "))
                #expect(
                    repeated.error.hasSuffix("Z, with priority 2; no new command was sent\n"))
            }
            #expect(enqueued.output.contains("command \(id)"))
            #expect(again.status == 0)
            #expect(again.output.contains("(command \(id))"))
            #expect(try typed[0][0].int64() == id)
            let count = try await connection.query("select count(*) from ferry.commands")
            #expect(try count[0][0].int() == 1)
        }
    }

    @Test func `keeps the priority and the time that it had, and says which`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database, as: .alice)

            _ = try await program.run(
                "orchestration", "run", "Daily", "--idempotency-key", "k", "--priority", "3",
                "--at", "2999-01-31T02:00Z")
            let repeated = try await program.run(
                "orchestration", "run", "Daily", "--idempotency-key", "k", "--priority", "2",
                "--no-wait")

            #expect(repeated.status == 0)
            #expect(repeated.output.hasSuffix(" scheduled\n"))
            #expect(
                repeated.error.hasSuffix(
                    ", with priority 3, not to be applied before 2999-01-31 02:00:00Z; no new "
                        + "command was sent\n"))
        }
    }
}
