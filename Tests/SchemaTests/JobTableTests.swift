import Postgres
import TestSupport
import Testing

@Suite("The job table")
struct JobTableTests {
    @Test func `takes a command from any client and returns its id`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            let rows = try await alice.query(
                """
                insert into ferry.commands (command, arguments)
                values ('create_data_export', '{"name": "Daily customers"}') returning *
                """)

            #expect(try rows[0]["id"].int() > 0)
        }
    }
}
