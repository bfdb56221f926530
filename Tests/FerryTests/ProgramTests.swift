import Foundation
import Postgres
import TestSupport
import Testing

@Suite("The program ferry", .timeLimit(.minutes(15)))
struct ProgramTests {
    @Test func `shows its version and its exit statuses`() async throws {
        let program = Program(url: "")

        #expect(try await program.run("--version").output == "0.1.0\n")
        let help = try await program.run("--help")
        #expect(help.status == 0)
        #expect(
            help.output.contains(
                "   66  no such run, command, data export, file or bucket\n"))
        #expect(try await program.run("no-such-command").status == 64)
    }

    @Test func `says when the database cannot be reached`() async throws {
        let program = Program(url: "host=/nowhere password=secret123")

        for arguments in [["runs"], ["watch"], ["enqueue", "stop_run"], ["migrate"], ["doctor"]] {
            let result = try await program.start(arguments).result()
            #expect(result.status == 69, "\(arguments)")
            #expect((result.error + result.output).contains("/nowhere"))
            #expect(!(result.error + result.output).contains("secret123"))
        }
    }

    @Test func `asks for a migration when there is no schema, and carries it out`() async throws {
        try await TestDatabase.withEmpty { database in
            let program = try await Program(database)

            for arguments in [["runs"], ["watch"], ["enqueue", "stop_run", "--json", "{}"]] {
                let result = try await program.start(arguments).result()
                #expect(result.status == 78, "\(arguments)")
                #expect(result.error.contains("ferry migrate"))
            }
            let first = try await program.run("migrate")
            let second = try await program.run("migrate")

            #expect(first.status == 0)
            #expect(first.output.contains("wrote views and functions"))
            #expect(second.output == "the schema is up to date\n")
            #expect(try await program.run("runs").status == 0)
        }
    }

    @Test func `lists each view, for people and for programs`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.insertRun(7, export: "Daily\u{202e} customers", state: "succeeded")
            try await connection.insertRun(8, export: "日本", state: "failed")
            let program = try await Program(database, as: .viewer)

            let runs = try await program.run("runs")
            let start = [
                "RUN  EXPORT                   DESTINATION  STATE      TABLES  ROWS  BYTES",
                "  8  日本                     archive      failed        0/0     0    0 B",
                "  7  Daily\\u{202e} customers  archive      succeeded     0/0     0    0 B",
            ]
            #expect(runs.lines.count == start.count)
            for (line, start) in zip(runs.lines, start) { #expect(line.hasPrefix(start)) }
            #expect(runs.lines[2].hasSuffix("  100 %  2026-01-31 12:00:00  2026-01-31 12:03:44"))
            let json = try await program.run("runs", "--state", "failed", "--output", "ndjson")
            #expect(json.lines.count == 1)
            #expect(json.output.hasPrefix("{\"id\":8,\"environment\":\"production\","))

            for name in [
                "exports", "databases", "destinations", "templates", "orchestrations", "workers",
                "events", "commands", "tasks 7", "files 7",
            ] {
                let words = name.split(separator: " ").map(String.init)
                let result = try await program.start(words).result()
                #expect(result.status == 0, "\(name): \(result.error)")
                #expect(result.lines.count == 1, "only a header: \(name)")
            }
            #expect(try await program.run("tasks", "99").status == 66)
        }
    }

    @Test func `examines itself`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let lonely = try await Program(database).run("doctor")
            try await connection.run(
                """
                revoke connect on database \(database.name) from public;
                grant connect on database \(database.name) to test_outsider;
                """)
            try await connection.execute(
                "select ferry_state.register_worker('w', 'h', 1, '0.1.0', 4, '1 hour')")
            let well = try await Program(database).run("doctor")
            let outsider = try await Program(database, as: .outsider).run("doctor")

            #expect(lonely.status == 1)
            #expect(lonely.lines[4].hasPrefix("problem  workers       no worker is running"))
            #expect(lonely.lines[5].hasSuffix("start one: ferry worker"))
            #expect(
                lonely.lines.contains {
                    $0 == "warning  access        every role of the server can connect to database "
                        + "\(database.name)"
                })
            #expect(well.status == 0)
            #expect(well.lines.allSatisfy { $0.hasPrefix("ok ") })
            #expect(well.lines[4] == "ok       workers       1 alive")
            #expect(outsider.status == 1)
            #expect(outsider.output.contains("grant ferry_client to"))
        }
    }
}
