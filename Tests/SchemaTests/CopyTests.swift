import Postgres
import TestSupport
import Testing

@Suite("COPY into the job table", .timeLimit(.minutes(15)))
struct CopyTests {
    @Test func `takes 10,000 commands at once`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let lines = (1...10_000).map { number in
                "create_data_export\t{\"name\": \"export \(number)\"}\tkey \(number)\n"
            }

            let count = try await copy(
                alice, "command, arguments, idempotency_key", lines.joined())
            let repeated = try await copy(
                alice, "command, arguments, idempotency_key", lines.joined())

            #expect(count == 10_000)
            #expect(repeated == 10_000)
            #expect(
                try await alice.number(
                    """
                    select count(*) from ferry.commands
                     where actor = 'test_client_alice' and state = 'queued' and priority = 2
                       and environment = 'production'
                    """) == 10_000)
        }
    }

    @Test func `takes nothing when one row is refused`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            await #expect {
                try await copy(
                    alice, "command, arguments",
                    "create_data_export\t{\"name\": \"a\"}\nmake_coffee\t{}\n")
            } throws: { error in
                (error as? PostgresError)?.sqlState == "FY001"
            }

            #expect(try await alice.number("select count(*) from ferry.commands") == 0)
        }
    }

    @Test func `carries hostile text unchanged`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            _ = try await copy(
                alice, "command, arguments",
                #"create_data_export"# + "\t" + #"{"name": "a\\tb \\u202e' \\"$1\\" 日本"}"# + "\n")

            let name = try await alice.text("select arguments ->> 'name' from ferry.commands")
            #expect(name == "a\tb \u{202E}' \"$1\" 日本")
        }
    }

    private func copy(
        _ connection: Connection, _ columns: String, _ text: String
    ) async throws -> Int {
        var rest = [Array(text.utf8)]
        return try await connection.copyIn("copy ferry.commands (\(columns)) from stdin") {
            rest.popLast()
        }
    }
}
