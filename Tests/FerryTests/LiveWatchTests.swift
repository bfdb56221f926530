import Foundation
import Postgres
import TestSupport
import Testing

@Suite("ferry watch on a terminal", .timeLimit(.minutes(15)))
struct LiveWatchTests {
    private func start(
        _ program: Program, _ arguments: [String], on terminal: Pseudoterminal? = nil
    ) throws -> (Process, Collector) {
        let terminal = try terminal ?? Pseudoterminal()
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

    @Test func `shows the cursor while it is stopped, and draws again afterwards`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.insertRun(7, export: "Daily customers", state: "running")
            var program = try await Program(database)
            program.environment = ["TERM": "xterm", "NO_COLOR": "1"]
            let (process, screen) = try start(program, ["watch", "--run", "7"])
            try await eventually("the run is shown") { screen.text.contains("running") }

            kill(process.processIdentifier, SIGTSTP)
            try await eventually("it is stopped, and the cursor is shown") {
                isStopped(process) && screen.text.hasSuffix("\u{1b}[?25h\r\n")
            }
            let before = screen.text.utf8.count
            kill(process.processIdentifier, SIGCONT)
            try await eventually("the run is shown again") {
                String(screen.text.utf8.dropFirst(before))?.contains("running") == true
            }
            let redrawn = String(screen.text.utf8.dropFirst(before)) ?? ""
            try await connection.end(run: 7, as: "succeeded")
            try await eventually("the program ends") { !process.isRunning }

            #expect(redrawn.hasPrefix("\u{1b}[?25l\rRUN  EXPORT"))
            #expect(process.terminationStatus == 0)
        }
    }

    /// Polls without reaping the process.
    private func isStopped(_ process: Process) -> Bool {
        var news = siginfo_t()
        let options = WSTOPPED | WNOHANG | WNOWAIT
        return waitid(P_PID, id_t(process.processIdentifier), &news, options) == 0
            && news.si_signo == SIGCHLD
    }

    @Test(arguments: ["", "dumb"])
    func `writes plain lines unless escapes are known to be supported`(
        terminal: String
    ) async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.insertRun(7, export: "Daily customers", state: "failed")
            var program = try await Program(database)
            program.environment = ["TERM": terminal]
            for arguments in [["watch", "--run", "7"], ["runs"], ["doctor"]] {
                let (process, screen) = try start(program, arguments)
                try await eventually("the program ends") { !process.isRunning }

                try await eventually("its output is there") { !screen.text.isEmpty }
                #expect(!screen.text.contains("\u{1b}"), "\(arguments)")
            }
        }
    }

    @Test func `keeps within a terminal of three lines`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            for id in 1...5 {
                try await connection.insertRun(Int64(id), export: "E\(id)", state: "running")
            }
            var program = try await Program(database)
            program.environment = ["TERM": "xterm", "NO_COLOR": "1"]
            let (process, screen) = try start(
                program, ["watch"], on: Pseudoterminal(columns: 10, lines: 3))
            try await eventually("it was drawn twice") {
                screen.text.components(separatedBy: "\u{1b}[J").count > 2
            }
            process.interrupt()
            try await eventually("the program ends") { !process.isRunning }

            let frames = screen.text.components(separatedBy: "\u{1b}[J").dropLast()
            for frame in frames {
                let lines = frame.components(separatedBy: "\r\n").dropLast()
                #expect(lines.count == 2)
                for line in lines {
                    // A return, and 10 columns at most.
                    let plain = line.replacing(/\u{1b}\[\??[0-9]*[A-Za-z]/, with: "")
                    #expect(plain.count { $0 != "\r" } <= 10, "\(line)")
                }
            }
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
