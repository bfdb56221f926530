import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("A run with limits", .timeLimit(.minutes(15)))
struct LimitedRunTests {
    private static let tables = """
        create table a as select g, repeat('x', 90) as x from generate_series(1, 4000) as g;
        create table b as select * from a;
        """

    private func template(_ limits: String) -> String {
        #"{"format": "csv", "limits": \#(limits)}"#
    }

    @Test func `has as many tasks at once as they allow, whatever workers there are`() async throws
    {
        try await Scene.with { scene in
            for name in ["one", "two", "three"] { _ = try scene.start(name) }
            try await scene.configure(template: template(#"{"tasks": 1}"#))

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let events = try await scene.events(of: run).filter { $0.hasPrefix("task_") }
            #expect(events.count >= 10)
            #expect(
                events == (0..<events.count).map { $0 % 2 == 0 ? "task_started" : "task_done" })
        }
    }

    @Test func `takes the time that its bytes need, and shows its progress`() async throws {
        try await Scene.with(tables: Self.tables) { scene in
            _ = try scene.start("one", concurrency: 1)
            _ = try scene.start("two", concurrency: 1)
            try await scene.configure(
                tables: #"["a", "b"]"#, template: template(#"{"bytes_per_second": 200000}"#))

            let run = try await scene.run()
            try await eventually(within: .seconds(60), "a part of both tables is written") {
                try await scene.queue.number(
                    """
                    select count(*) from ferry.run_tasks
                     where state = 'running' and bytes between 1 and 300000
                    """) == 2
            }
            try await scene.reaches("succeeded", run)

            let bytes = try scene.delivered.manifest(of: run).files.map(\.bytes).reduce(0, +)
            let milliseconds = try await scene.queue.number(
                """
                select (extract(epoch from max(finished_at) - min(started_at)) * 1000)::bigint
                  from ferry.run_tasks
                """)
            // Two tasks, each of which may be a quarter of a second ahead, and until the first
            // report the first of them has the whole rate.
            #expect(milliseconds >= Int(bytes) * 1000 / 200_000 - 2000)
        }
    }

    @Test func `gets on beside others at their limits, with several workers`() async throws {
        let tables = (1...12).map { "create table narrow_\($0) as select 1 as g;" }
        try await Scene.with(tables: tables.joined()) { scene in
            for name in ["one", "two", "three"] { _ = try scene.start(name, concurrency: 3) }
            try await scene.configure(
                kind: "directory",
                settings: #"{"path": "\#(scene.destination)", "limits": {"tasks": 2}}"#,
                tables: "[\((1...12).map { "\"narrow_\($0)\"" }.joined(separator: ", "))]",
                template: template(#"{"tasks": 1}"#))
            for number in 2...6 {
                try await scene.apply(
                    "add_orchestration",
                    """
                    {"name": "o\(number)", "data_export": "Daily customers", "destination": "lake",
                     "data_template": "csv"}
                    """)
            }

            try await scene.apply("run_orchestration", #"{"name": "Daily customers"}"#)
            for number in 2...6 {
                try await scene.apply("run_orchestration", #"{"name": "o\#(number)"}"#)
            }

            try await eventually(within: .seconds(90), "all runs have succeeded") {
                try await scene.queue.number(
                    "select count(*) from ferry.runs where state = 'succeeded'") == 6
            }
            #expect(try await scene.queue.number("select max(attempts) from ferry.runs") == 1)
        }
    }

    @Test func `stops at once, however slow it is`() async throws {
        try await Scene.with(tables: Self.tables) { scene in
            _ = try scene.start("worker")
            try await scene.configure(
                tables: #"["a"]"#, template: template(#"{"bytes_per_second": 1000}"#))
            let run = try await scene.run()
            try await eventually(within: .seconds(60), "the table is being written") {
                try await scene.queue.number("select coalesce(max(bytes), 0) from ferry.run_tasks")
                    > 0
            }

            try await scene.apply("stop_run", #"{"run": \#(run)}"#)

            try await eventually("no session reads the source") {
                try await scene.source.number(
                    """
                    select count(*) from pg_stat_activity
                     where datname = current_database() and application_name = 'ferry export'
                    """) == 0
            }
            try await scene.reaches("stopped", run)
            try await nothingStaged(in: scene)
        }
    }

    @Test func `cannot be configured with limits that are none`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")

            let outcome = try await scene.outcome(
                of: "create_destination",
                """
                {"name": "lake", "kind": "directory",
                 "settings": {"path": "\(scene.destination)", "limits": {"tasks": -1}}}
                """)

            #expect(outcome.state == "rejected")
            #expect(
                outcome.message?.contains(
                    #"setting "tasks" must be a whole number from 1 to 1000; was "-1""#) == true)
        }
    }

    @Test func `is to a destination whose limits count for all`() async throws {
        try await Scene.with { scene in
            for name in ["one", "two"] { _ = try scene.start(name) }
            try await scene.apply(
                "create_destination",
                """
                {"name": "narrow", "kind": "directory",
                 "settings": {"path": "\(scene.destination)", "limits": {"tasks": 1}}}
                """)
            try await scene.configure()
            try await scene.apply(
                "create_data_template",
                #"{"destination": "narrow", "name": "csv", "settings": {}}"#)
            for name in ["first", "second"] {
                try await scene.apply(
                    "add_orchestration",
                    """
                    {"name": "\(name)", "data_export": "Daily customers", "destination": "narrow",
                     "data_template": "csv"}
                    """)
            }

            let runs = [
                try await scene.send("run_orchestration", #"{"name": "first"}"#),
                try await scene.send("run_orchestration", #"{"name": "second"}"#),
            ]
            for run in runs {
                try await eventually(within: .seconds(60), "run \(run) has begun") {
                    try await scene.state(of: run) != nil
                }
                try await scene.reaches("succeeded", run)
            }

            let events = try await scene.queue.texts(
                "select event from ferry.events where event like 'task%' order by id")
            #expect(events.count >= 20)
            #expect(
                events == (0..<events.count).map { $0 % 2 == 0 ? "task_started" : "task_done" })
        }
    }
}
