import Postgres
import TestSupport
import Testing

@Suite("ferry command cancel", .timeLimit(.minutes(15)))
struct CancelTests {
    @Test func `cancels a command that waits`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database, as: .alice)
            let connection = try await database.connect()
            _ = try await program.run(
                "enqueue", "stop_run", "--argument", "run=1", "--run-at", "2999-01-01T00:00Z")
            let id = try await connection.command(after: 0)

            let running = try program.start(["command", "cancel", "\(id)"])
            try await eventually("it is to be canceled") {
                try await connection.query(
                    "select from ferry.command_status where id = $1 and state = 'canceling'",
                    [.int(id)]
                ).count == 1
            }
            // A worker comes to it.
            try await connection.execute("select ferry_state.cancel_commands(100)")
            let canceled = try await running.result()

            #expect(canceled.output == "command \(id) canceled\n")
            #expect(canceled.status == 0)
            let state = try await connection.query(
                "select state from ferry.command_status where id = $1", [.int(id)])
            #expect(try state[0][0].string() == "canceled")
            let again = try await program.run("command", "cancel", "\(id)", "--output", "ndjson")
            #expect(again.status == 0)
            #expect(again.output.contains("\"state\":\"canceled\""))
        }
    }

    @Test func `says when there is nothing to cancel`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database, as: .alice)
            let connection = try await database.connect()
            _ = try await program.run("enqueue", "stop_run", "--argument", "run=1")
            let id = try await connection.command(after: 0)
            try await connection.end(command: id, as: "applied")

            let ended = try await program.run("command", "cancel", "\(id)")
            let unknown = try await program.run("command", "cancel", "\(id + 1000)")
            let others = try await Program(database, as: .bob).run("command", "cancel", "\(id)")

            #expect(ended.status == 1)
            #expect(
                ended.error.hasPrefix("ferry: command \(id) has already ended: it is applied\n"))
            for missing in [unknown, others] {
                #expect(missing.status == 66)
                #expect(missing.error.hasPrefix("ferry: you have no command"))
            }
        }
    }
}
