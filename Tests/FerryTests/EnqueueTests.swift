import Foundation
import Postgres
import TestSupport
import Testing

@Suite("ferry enqueue", .timeLimit(.minutes(15)))
struct EnqueueTests {
    @Test func `sends a command with its arguments`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database, as: .alice)

            let result = try await program.run(
                "enqueue", "create_data_export", "--argument", "name=42 \"crm\" = x",
                "--argument", "database=crm", "--argument", "tables=public.a, public.b",
                "--priority", "3", "--idempotency-key", "k")

            #expect(result.output.hasPrefix("command "))
            #expect(result.output.hasSuffix(" queued\n"))
            #expect(result.error == "")
            #expect(result.status == 0)
            let row = try await database.connect().query("select * from ferry.commands")[0]
            #expect(
                try row["arguments"].string()
                    == #"{"name": "42 \"crm\" = x", "tables": ["public.a", "public.b"], "#
                    + #""database": "crm"}"#)
            #expect(try row["priority"].int() == 3)
            #expect(try row["actor"].string() == TestRole.alice.rawValue)
        }
    }

    @Test func `takes JSON values and a whole JSON object`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database)

            _ = try await program.run("enqueue", "stop_run", "--argument", "run=7")
            let json = try await program.run(
                "enqueue", "stop_run", "--json", #"{"run": 8}"#, "--output", "ndjson")

            let rows = try await database.connect().query(
                "select arguments ->> 'run' from ferry.commands order by id")
            #expect(try rows.map { try $0[0].string() } == ["7", "8"])
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
            #expect((object as? [String: Any])?["state"] as? String == "queued")
        }
    }

    @Test func `says why a command is refused and what to do`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database, as: .alice)

            let unknown = try await program.run("enqueue", "create_everything")
            let missing = try await program.run("enqueue", "create_data_export")
            let time = try await program.run(
                "enqueue", "stop_run", "--argument", "run=1", "--run-at", "tomorrowish")

            #expect(unknown.status == 64)
            #expect(unknown.error.hasPrefix("ferry: unknown command \"create_everything\"\nhint: "))
            #expect(missing.status == 64)
            #expect(missing.error.contains("name"))
            #expect(!missing.error.contains("PL/pgSQL"))
            #expect(time.status == 64)
            #expect(try await database.connect().firstCommand() == nil)
        }
    }

    @Test func `refuses arguments that it cannot read`() async throws {
        try await TestDatabase.withEmpty { database in
            let program = try await Program(database)

            for arguments in [
                ["--argument", "name"], ["--argument", "a=1", "--argument", "a=2"],
                ["--argument", "a=1", "--json", "{}"], ["--timeout", "3"], ["--priority", "high"],
                ["--priority", "99999"], ["--priority", "-1"],
            ] {
                let result = try await program.start(["enqueue", "stop_run"] + arguments).result()
                #expect(result.status == 64, "\(arguments)")
                #expect(result.error.contains("Usage: ferry enqueue"), "\(arguments)")
            }
        }
    }

    @Test(arguments: [
        ("applied", Int32(0), ""),
        ("rejected", 1, ": \"x\" exists\\u{1b}\nhint: choose another name"),
        ("failed", 1, ": \"x\" exists\\u{1b}\nhint: choose another name"),
        ("canceled", 2, ": \"x\" exists\\u{1b}\nhint: choose another name"),
    ])
    func `waits and ends as the command does`(
        state: String, status: Int32, reason: String
    ) async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let running = try await Program(database, as: .alice).start(
                ["enqueue", "create_data_export", "--argument", "name=x", "--wait"])

            try await eventually("the command is there") {
                try await connection.firstCommand() != nil
            }
            let id = try #require(try await connection.firstCommand())
            let isApplied = state == "applied"
            try await connection.end(
                command: id, as: state, code: isApplied ? nil : "name_taken",
                message: isApplied ? nil : "\"x\" exists\u{1b}",
                hint: isApplied ? nil : "choose another name")
            let result = try await running.result()

            #expect(result.status == status)
            let said = isApplied ? result.output : result.error
            #expect(said == (isApplied ? "" : "ferry: ") + "command \(id) \(state)\(reason)\n")
        }
    }

    @Test func `gives up waiting when the time is up`() async throws {
        try await TestDatabase.withSchema { database in
            let result = try await Program(database, as: .alice).run(
                "enqueue", "stop_run", "--argument", "run=1", "--wait", "--timeout", "0.2")

            #expect(result.status == 3)
            #expect(result.error.contains("is still queued"))
        }
    }
}
