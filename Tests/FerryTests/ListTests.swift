import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A list", .timeLimit(.minutes(15)))
struct ListTests {
    private static let long = String(repeating: "long ", count: 12) + "name"

    @Test func `is whole where no terminal reads it`() async throws {
        try await TestDatabase.withSchema { database in
            try await database.connect().insertRun(7, export: Self.long, state: "failed")
            let result = try await Program(database).run("runs")

            #expect(result.output.contains(Self.long))
            #expect(!result.output.contains("\u{1b}"))
        }
    }

    @Test(arguments: [
        (["TERM": "xterm"], true, "\u{1b}[31mfailed\u{1b}[0m"),
        (["TERM": "xterm", "NO_COLOR": "1"], true, "  failed  "),
        (["TERM": "dumb"], false, "  failed  "),
    ])
    func `is cut and coloured on a terminal that can show it`(
        environment: [String: String], isCut: Bool, state: String
    ) async throws {
        try await TestDatabase.withSchema { database in
            try await database.connect().insertRun(7, export: Self.long, state: "failed")
            var program = try await Program(database)
            program.environment = environment
            let terminal = try Pseudoterminal()
            let process = program.process(["runs"])
            process.standardOutput = FileHandle(
                fileDescriptor: terminal.slave, closeOnDealloc: true)
            let screen = Collector()
            screen.collect(FileHandle(fileDescriptor: terminal.master, closeOnDealloc: true))
            try process.run()
            try await eventually("the run is shown") { screen.text.contains("archive") }
            try await eventually("the program ends") { !process.isRunning }
            try await eventually("all is shown") { screen.text.contains("failed") }

            #expect(screen.text.contains(Self.long) == !isCut)
            #expect(screen.text.contains(state))
            #expect(screen.text.contains("\u{1b}") == state.contains("\u{1b}"))
        }
    }

    @Test func `of checks and of migrations can be read by programs`() async throws {
        try await TestDatabase.withEmpty { database in
            let program = try await Program(database)
            let migrated = try await program.run("migrate", "--output", "ndjson")
            let doctor = try await program.run("doctor", "--output", "ndjson")

            #expect(migrated.lines.count == 1)
            #expect(migrated.output.hasSuffix("],\"renewed_code\":true}\n"))
            #expect(doctor.status == 1)
            for line in doctor.lines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                let check = try #require(object as? [String: Any])
                #expect(check["ok"] as? Bool == (check["check"] as? String != "workers"))
            }
        }
    }
}
