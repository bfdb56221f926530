import Foundation
import Postgres
import TestSupport
import Testing

@Suite("ferry watch on a terminal", .timeLimit(.minutes(1)))
struct LiveWatchTests {
    private func start(
        _ program: Program, _ arguments: [String]
    ) throws -> (Process, Collector) {
        let terminal = try Pseudoterminal()
        let process = program.process(arguments)
        process.standardOutput = FileHandle(fileDescriptor: terminal.slave, closeOnDealloc: true)
        try process.run()
        let collector = Collector()
        collector.collect(FileHandle(fileDescriptor: terminal.master, closeOnDealloc: true))
        return (process, collector)
    }

    @Test func `draws in place and leaves the last frame and the cursor`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.insertRun(7, export: "Daily customers", state: "running")
            var program = try await Program(database)
            program.environment = ["TERM": "xterm", "NO_COLOR": "1"]
            let (process, screen) = try start(program, ["watch", "--run", "7"])
            try await eventually("the run is shown") { screen.text.contains("running") }

            try await connection.end(run: 7, as: "succeeded")
            try await eventually("the program ends") { !process.isRunning }

            #expect(process.terminationStatus == 0)
            try await eventually("the cursor is shown") { screen.text.hasSuffix("\u{1b}[?25h") }
            #expect(screen.text.hasPrefix("\u{1b}[?25l"))
            #expect(screen.text.contains("  7  Daily customers   succeeded"))
            #expect(screen.text.contains("\u{1b}[2A"))
            #expect(!screen.text.contains("\u{1b}[3"))
        }
    }

    @Test func `puts the terminal right when it is interrupted`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.insertRun(7, export: "Daily customers", state: "running")
            var program = try await Program(database)
            program.environment = ["TERM": "xterm"]
            let (process, screen) = try start(program, ["watch"])
            try await eventually("the run is shown, in colour") {
                screen.text.contains("\u{1b}[36mrunning")
            }

            process.interrupt()
            try await eventually("the program ends") { !process.isRunning }

            #expect(process.terminationStatus == 130)
            try await eventually("the cursor is shown") { screen.text.contains("\u{1b}[?25h") }
        }
    }
}
