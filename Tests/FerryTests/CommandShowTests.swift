import Postgres
import TestSupport
import Testing

@Suite("ferry command", .timeLimit(.minutes(15)))
struct CommandShowTests {
    @Test func `shows one command, with why it failed and what to do`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database, as: .alice)
            let connection = try await database.connect()
            _ = try await program.run("enqueue", "stop_run", "--argument", "run=1")
            let id = try await connection.command(after: 0)

            let waiting = try await program.run("command", "show", "\(id)")
            try await connection.execute(
                """
                select ferry_state.finish_commands('{}', json_build_array(json_build_object(
                    'id', $1::bigint, 'state', 'rejected', 'code', 'not_found',
                    'message', 'run 1 does not exist', 'hint', 'see ferry.runs')), null, null, null)
                """, [.int(id)])
            let rejected = try await program.run("command", "show", "\(id)")
            let json = try await program.run("command", "show", "\(id)", "--output", "ndjson")

            #expect(waiting.status == 0)
            #expect(waiting.output.contains("state        queued\n"))
            #expect(!waiting.output.contains("error"))
            for line in [
                "command      \(id)\n", "name         stop_run\n", "state        rejected\n",
                "error        not_found\n", "message      run 1 does not exist\n",
                "hint         see ferry.runs\n", "attempts     1\n",
            ] {
                #expect(rejected.output.contains(line), "\(rejected.output)")
            }
            #expect(json.output.contains("\"state\":\"rejected\""))
        }
    }

    @Test func `shows no command of others`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database, as: .alice)
            let connection = try await database.connect()
            _ = try await program.run("enqueue", "stop_run", "--argument", "run=1")
            let id = try await connection.command(after: 0)

            let others = try await Program(database, as: .bob)
                .run("command", "show", "\(id)")

            #expect(others.status == 66)
            #expect(others.error.hasPrefix("ferry: you have no command \(id)"))
        }
    }

    @Test(arguments: [
        ("command", "commands"), ("database", "databases"), ("export", "exports"),
        ("destination", "destinations"), ("template", "templates"),
        ("orchestration", "orchestrations"), ("group", "groups"), ("alert", "alerts"),
        ("sandbox", "sandboxes"), ("run", "runs"),
    ])
    func `lists what its kind's own list has`(kind: String, list: String) async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database, as: .alice)
            _ = try await program.run("enqueue", "stop_run", "--argument", "run=1")

            let below = try await program.run(kind, "list", "--limit", "5")
            let own = try await program.run(list, "--limit", "5")

            #expect(below.status == 0)
            #expect(below.output == own.output)
        }
    }
}
