import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A client that waits for its command", .timeLimit(.minutes(15)))
struct WaitingClientTests {
    /// `docs/cli.md`: "Every subcommand that waits goes on waiting when the connection is lost."
    @Test(arguments: [
        ["enqueue", "create_data_export", "--argument", "name=x", "--wait"],
        ["enqueue", "create_data_export", "--argument", "name=x", "--wait", "--timeout", "60"],
        ["export", "create", "x"],
    ])
    func `continues when the server was away`(arguments: [String]) async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let elsewhere = try await TestDatabase.create()
            let administrator = try await elsewhere.connect()
            let client = try await Program(database, as: .alice).start(arguments)
            let id = try await connection.command(after: 0)
            try await eventually("the client listens") {
                try await connection.query(
                    """
                    select from pg_stat_activity
                     where usename = $1 and datname = current_database() and query ilike 'listen%'
                    """, [.text(TestRole.alice.rawValue)]
                ).count == 1
            }

            // What it looks like when the server is away, but for this connection.
            try await administrator.run("alter database \(database.name) allow_connections false")
            try await connection.execute(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()
                """)
            try await eventually("the client cannot connect, and says so") {
                client.error.text.contains("cannot connect")
                    || !client.process.isRunning
            }
            try await administrator.run("alter database \(database.name) allow_connections true")
            try await connection.end(command: id, as: "applied")
            let result = try await client.result()

            #expect(result.status == 0, "\(result.error)")
            #expect(result.error.hasSuffix("ferry: reconnected\n"))
            #expect(result.output.contains("\(id)"))
            await administrator.close()
            try await elsewhere.drop()
        }
    }
}
