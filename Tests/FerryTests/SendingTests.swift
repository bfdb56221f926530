import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Sending by a subcommand", .timeLimit(.minutes(15)))
struct SendingTests {
    @Test func `waits for the outcome and says it as a person would`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let program = try await Program(database, as: .alice)

            let created = try program.start(["export", "create", "Daily\u{1b} customers"])
            let first = try await connection.command(after: 0)
            try await connection.end(command: first, as: "applied")
            let taken = try program.start(["export", "create", "X"])
            let second = try await connection.command(after: first)
            try await connection.end(
                command: second, as: "rejected", code: "name_in_use",
                message: "export name \"X\" is already in use (active)",
                hint: "choose another name")

            let success = try await created.result()
            #expect(success.status == 0)
            #expect(
                success.output
                    == "data export \"Daily\\u{1b} customers\" created, as a draft "
                    + "(command \(first))\n")
            let failure = try await taken.result()
            #expect(failure.status == 1)
            #expect(failure.output == "")
            #expect(
                failure.error
                    == "ferry: command \(second) rejected: "
                    + "export name \"X\" is already in use (active)\nhint: choose another name\n")
        }
    }

    @Test func `shows programs how a command ended`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let running = try await Program(database, as: .alice)
                .start(["run", "stop", "7", "--output", "ndjson"])
            let id = try await connection.command(after: 0)
            try await connection.end(
                command: id, as: "rejected", code: "not_found", message: "no", hint: "x")

            let result = try await running.result()
            #expect(result.status == 1)
            #expect(result.error == "")
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
            #expect((object as? [String: Any])?["error_code"] as? String == "not_found")
        }
    }

    @Test func `shows when a group with a schedule runs next`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let running = try await Program(database).start([
                "group", "create", "G", "--orchestration", "A", "--schedule", "0 3 * * *",
            ])
            let id = try await connection.command(after: 0)
            try await connection.execute(
                """
                insert into ferry_state.events
                       (environment, event, object_kind, object_id, object_name, command_id,
                        actor, details)
                values ('production', 'orchestration_group_created', 'orchestration_group', $1,
                        'G', $1, 'x',
                        '{"orchestrations": ["A"], "enabled": true,
                          "next_times": ["2026-01-01T03:00:00+00:00",
                                         "2026-01-02T03:00:00+00:00"]}')
                """, [.int(id)])
            try await connection.end(command: id, as: "applied")

            let result = try await running.result()
            #expect(result.status == 0)
            #expect(
                result.output == """
                    orchestration group "G" created (command \(id))
                    next times  2026-01-01T03:00:00+00:00
                                2026-01-02T03:00:00+00:00

                    """)
        }
    }

    @Test func `does not wait with --no-wait, or for a future time`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database, as: .alice)

            let queued = try await program.run(
                "orchestration", "run", "O", "--no-wait", "--priority", "3",
                "--idempotency-key", "k", "--environment", "production")
            let scheduled = try await program.run("export", "delete", "X", "--at", "2099-01-01Z")
            let late = try await program.run("export", "delete", "X", "--timeout", "0.1")

            #expect(queued.status == 0)
            #expect(queued.lines.first?.hasSuffix(" queued") == true)
            #expect(scheduled.lines.first?.hasSuffix(" scheduled") == true)
            #expect(late.status == 3)
            #expect(late.error.contains("is still queued\nhint: it will still be applied"))
            let row = try await database.connect().query(
                "select * from ferry.commands order by id")[0]
            #expect(try row["priority"].int() == 3)
            #expect(try row["idempotency_key"].string() == "k")
        }
    }

    @Test func `follows a run to its end`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let running = try await Program(database).start([
                "orchestration", "run", "O", "--follow",
            ])
            let id = try await connection.command(after: 0)
            try await connection.insertRun(id, export: "Daily", state: "running")
            try await connection.end(command: id, as: "applied")
            try await eventually("the run is watched") {
                running.output.text.contains("run \(id) Daily")
            }
            try await connection.end(run: id, as: "failed")

            let result = try await running.result()
            #expect(result.status == 1)
            #expect(result.lines.first == "run of orchestration \"O\" requested (command \(id))")
            #expect(result.lines.last?.contains("run_failed") == true)
        }
    }
}

extension Connection {
    /// The id of the first command after another, once it is there.
    func command(after id: Int64) async throws -> Int64 {
        var found: Int64?
        try await eventually("a command is sent") {
            found = try await query(
                "select id from ferry.commands where id > $1 order by id limit 1", [.int(id)]
            ).first?[0].int64()
            return found != nil
        }
        return found ?? 0
    }
}
