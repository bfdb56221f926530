import Foundation
import Postgres
import TestSupport
import Testing

@Suite("ferry watch", .timeLimit(.minutes(15)))
struct WatchTests {
    @Test(arguments: [("succeeded", Int32(0)), ("failed", 1), ("stopped", 2)])
    func `follows a run to its end`(state: String, status: Int32) async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.insertRun(7, export: "Daily\u{1b} customers", state: "running")
            try await connection.insertRun(8, export: "Orders", state: "running")
            let running = try await Program(database, as: .viewer).start(["watch", "--run", "7"])
            try await eventually("the run is shown") { running.output.text.contains("running") }

            try await connection.end(run: 8, as: "succeeded")
            try await connection.end(run: 7, as: state)
            let result = try await running.result()

            #expect(result.error == "")
            #expect(result.status == status)
            let lines = result.lines.map { $0.dropFirst(8) }
            #expect(
                lines == [
                    "  run 7 Daily\\u{1b} customers  running  0 %",
                    "  run 7 Daily\\u{1b} customers  run_\(state)",
                ])
        }
    }

    @Test func `writes a snapshot, then every event once, and continues from a cursor`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let program = try await Program(database, as: .viewer)
            try await connection.insertRun(7, export: "Daily customers", state: "running")
            let running = try program.start(["watch", "--run", "7", "--output", "ndjson"])
            try await eventually("the snapshot is there") { running.output.text.contains("\n") }

            for number in 1...5 {
                try await connection.execute(
                    "select ferry_state.record_run_event(7, $1, null)", ["step_\(number)"])
            }
            try await connection.end(run: 7, as: "succeeded")
            let objects = try objects(try await running.result())

            #expect(
                objects.map { $0["type"] as? String } == ["snapshot"]
                    + Array(repeating: "event", count: 6))
            #expect(
                (objects[0]["runs"] as? [[String: Any]])?.first?["state"] as? String == "running")
            let expected = (1...5).map { "step_\($0)" } + ["run_succeeded"]
            #expect(objects.dropFirst().map { $0["event"] as? String } == expected)

            let cursors = objects.compactMap { $0["cursor"] as? String }
            for (index, cursor) in cursors.enumerated() {
                let resumed = try await program.run(
                    "watch", "--run", "7", "--output", "ndjson", "--after", cursor)
                #expect(
                    try self.objects(resumed).map { $0["event"] as? String }
                        == Array(expected[index...]))
            }
        }
    }

    @Test(arguments: [("applied", Int32(0)), ("rejected", 1), ("canceled", 2)])
    func `follows a command to its end`(state: String, status: Int32) async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let id = try await connection.query("select ferry.create_data_export('x')")[0][0]
                .int64()
            let running = try await Program(database, as: .viewer).start(
                ["watch", "--command", String(id)])
            try await eventually("the command is shown") {
                running.output.text.contains("queued")
            }

            let isApplied = state == "applied"
            try await connection.end(
                command: id, as: state, code: isApplied ? nil : "no",
                message: isApplied ? nil : "no")
            let result = try await running.result()

            #expect(result.status == status)
            #expect(result.lines.last?.hasSuffix("command \(id)  command_\(state)") == true)
        }
    }

    @Test func `shows once what there is`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.insertRun(7, export: "Daily customers", state: "succeeded")

            let result = try await Program(database, as: .viewer).run("watch", "--once")

            #expect(
                result.output == """
                    RUN  EXPORT            STATE       TABLES   ROWS                 RATE       LEFT
                      7  Daily customers   succeeded            0 rows               0 B

                    """)
            #expect(result.status == 0)
        }
    }

    @Test func `ends quietly when its reader has gone`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.insertRun(7, export: "x", state: "running")
            let program = try await Program(database)
            let process = program.process(["watch", "--output", "ndjson"])
            let pipe = Pipe()
            // Only this process may read, so that closing its end is the end of reading.
            for handle in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
                _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
            }
            let errors = try WrittenFile()
            process.standardOutput = pipe
            process.standardError = errors.handle
            try process.run()
            try? pipe.fileHandleForWriting.close()

            _ = pipe.fileHandleForReading.availableData
            try pipe.fileHandleForReading.close()
            try await eventually("the program ends") {
                try await connection.execute("select ferry_state.record_run_event(7, 'step', null)")
                return !process.isRunning
            }

            #expect(process.terminationStatus == 0)
            #expect(errors.text == "")
        }
    }

    @Test func `says what does not exist`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database)

            for arguments in [["--run", "9"], ["--command", "9"], ["--export", "nothing"]] {
                let result = try await program.start(["watch"] + arguments).result()
                #expect(result.status == 66)
                #expect(result.error.contains("there is no"))
            }
            let cursor = try await program.run("watch", "--after", "yesterday")
            #expect(cursor.status == 64)
            let rights = try await Program(database, as: .outsider).run("watch")
            #expect(rights.status == 77)
            #expect(rights.error.contains("ferry_viewer"))
        }
    }

    private func objects(_ result: Program.Result) throws -> [[String: Any]] {
        try result.lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(object as? [String: Any])
        }
    }
}
