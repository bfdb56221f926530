import Foundation
import Postgres
import TestSupport
import Testing

@Suite("ferry watch, when the server interrupts it", .timeLimit(.minutes(15)))
struct InterruptedWatchTests {
    /// By an administrator, or a timeout that the database sets for everybody.
    @Test func `reads again what was canceled while it waited for a lock`() async throws {
        try await watching { owner, running in
            for number in 1...2 {
                let lock = try await owner.another()
                try await lock.run("begin; lock table ferry_state.events in access exclusive mode")
                try await eventually("its statement waits, and is canceled") {
                    try await owner.connection.query(
                        """
                        select count(*) filter (where pg_cancel_backend(pid)) from pg_stat_activity
                         where datname = current_database() and usename = 'test_viewer'
                           and wait_event_type = 'Lock'
                        """)[0][0].int() > 0
                }
                await lock.close()
                try await owner.record("canceled_\(number)")
                try await eventually("the event is there") {
                    running.output.text.contains("canceled_\(number)")
                }
            }
        }
    }

    @Test func `connects again when its sessions were ended`() async throws {
        try await watching { owner, running in
            _ = try await owner.connection.query(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and usename = 'test_viewer'
                """)
            try await owner.record("ended")
            try await eventually("the event is there") {
                running.output.text.contains("ended")
            }
        }
    }

    @Test func `continues where nothing can be written any more`() async throws {
        try await watching { owner, running in
            let name = try await owner.connection.query("select current_database()")[0][0].string()
            try await owner.record("written")
            try await owner.connection.run(
                """
                alter database \(name) set default_transaction_read_only = on;
                select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and usename = 'test_viewer'
                """)
            try await owner.record("while_read_only")
            try await eventually("the event is there") {
                running.output.text.contains("while_read_only")
            }
        }
    }

    /// Writes events while `ferry watch` looks on.
    private struct Owner {
        let database: TestDatabase
        let connection: Connection

        func another() async throws -> Connection { try await database.connect() }

        func record(_ event: String) async throws {
            try await connection.execute(
                """
                select ferry_state.record_event('production', $1, 'test', null, null, null, null)
                """, [.text(event)])
        }
    }

    /// Afterwards each event was shown once, and it ends as it is asked to.
    private func watching(
        _ body: (Owner, Running) async throws -> Void
    ) async throws {
        try await TestDatabase.withSchema { database in
            let owner = Owner(database: database, connection: try await database.connect())
            let running = try await Program(database, as: .viewer)
                .start(["watch", "--output", "ndjson"])
            try await owner.record("first")
            try await eventually("it watches") { running.output.text.contains("\n") }

            try await body(owner, running)

            try await owner.record("last")
            try await eventually("the last event is there") {
                running.output.text.contains("\"last\"")
            }
            running.process.interrupt()
            let result = try await running.result()
            let events = try result.lines.compactMap { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return (object as? [String: Any])?["event"] as? String
            }.filter { $0 != "first" }
            #expect(
                events
                    == (try await owner.connection.query(
                        "select event from ferry.events where event <> 'first' order by id"
                    )
                    .map { try $0[0].string() }))
            #expect(!result.output.contains("resync"))
        }
    }
}
