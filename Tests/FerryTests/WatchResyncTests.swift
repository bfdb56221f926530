import Foundation
import Postgres
import TestSupport
import Testing

@Suite("ferry watch, when the history of the database changes", .timeLimit(.minutes(15)))
struct WatchResyncTests {
    private func record(_ event: String, _ connection: Connection) async throws {
        try await connection.execute(
            "select ferry_state.record_event('production', $1, 'test', null, null, null, null)",
            [.text(event)])
    }

    /// What a recovery of the server leaves.
    private func recover(_ connection: Connection) async throws {
        try await connection.run("truncate ferry_state.present_epoch")
    }

    @Test func `says so, shows what there is, and continues with what is new`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let program = try await Program(database, as: .viewer)
            let running = try program.start(["watch", "--output", "ndjson"])
            try await eventually("the snapshot is there") { running.output.text.contains("\n") }
            try await record("before", owner)
            try await eventually("the event is there") { running.output.text.contains("before") }

            try await owner.insertRun(7, export: "x", state: "running")
            try await recover(owner)
            try await record("after", owner)
            try await eventually("the new event is there") {
                running.output.text.contains("after")
            }
            running.process.interrupt()
            let lines = try await running.result().lines.map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return try #require(object as? [String: Any])
            }

            let types = lines.map { $0["type"] as? String }
            #expect(types == ["snapshot", "event", "resync", "snapshot", "event"])
            #expect(lines[1]["epoch"] as? Int == 1)
            #expect(lines[2]["epoch"] as? Int == 2)
            #expect((lines[3]["runs"] as? [Any])?.count == 1)
            #expect(lines[4]["event"] as? String == "after")
            #expect(lines[4]["epoch"] as? Int == 2)

            let cursor = try #require(lines[1]["cursor"] as? String)
            let rest = try program.start(["watch", "--output", "ndjson", "--after", cursor])
            try await eventually("the rest is there") { rest.output.text.contains("after") }
            rest.process.interrupt()
            let again = try await rest.result().lines
            #expect(again.count == 3)
            #expect(again.first?.hasPrefix("{\"type\":\"resync\",\"cursor\":") == true)
        }
    }

    @Test func `says so on a line where people read`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await record("first", owner)
            let running = try await Program(database).start(["watch"])
            try await eventually("it watches") {
                try await record("before", owner)
                return running.output.text.contains("before")
            }
            try await record("last", owner)
            try await eventually("all of it is shown") {
                running.output.text.contains("last\n")
            }

            try await recover(owner)
            try await record("after", owner)
            try await eventually("the new event is there") {
                running.output.text.contains("after\n")
            }
            running.process.interrupt()
            let lines = try await running.result().lines

            let resync = String(lines.suffix(2).first?.dropFirst(8) ?? "")
            let expected =
                "  resync  the database recovered from a crash, a failover or a restore; "
                + "events above may be gone, events below are new"
            #expect(resync == expected)
            #expect(lines.last?.hasSuffix("  after") == true)
        }
    }

    @Test func `ends when what it follows was lost`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            // An epoch has begun.
            try await record("something", owner)
            try await owner.insertRun(7, export: "x", state: "running")
            let running = try await Program(database).start(["watch", "--run", "7"])
            try await eventually("the run is shown") { running.output.text.contains("running") }

            try await owner.run("begin; delete from ferry_state.runs where id = 7")
            try await recover(owner)
            try await owner.run("commit")
            try await record("anything", owner)
            let result = try await running.result()

            #expect(result.status == 66)
            #expect(result.error.contains("there is no run 7"))
        }
    }
}
