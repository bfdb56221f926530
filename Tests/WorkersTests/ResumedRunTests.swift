import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("A run whose worker is killed between its parts", .timeLimit(.minutes(15)))
struct ResumedRunTests {
    /// Pages of one row each make a table of six parts with few rows.
    private static let wide = """
        create table n (g int, x text) with (fillfactor = 10);
        insert into n select g, repeat('x', 800) from generate_series(1, 66000) g;
        """
    private static let rows: Int64 = 66000

    /// Slow enough for two workers to have their share of it.
    private static let template = """
        {"split": {"rows": 10000000}, "limits": {"bytes_per_second": 4000000}}
        """

    /// Each part that is done with its token, in order.
    private func done(_ scene: Scene) async throws -> [String] {
        try await scene.queue.texts(
            """
            select part || ' under ' || token from ferry.run_tasks where state = 'done' order by 1
            """)
    }

    /// A run that `charge`, who reads too, is in charge of.
    private func running(_ scene: Scene) async throws -> (charge: WorkerProcess, run: Int64) {
        let charge = try scene.start("charge", concurrency: 1)
        try await scene.configure(tables: #"["n"]"#, template: Self.template)
        let run = try await scene.run()
        try await eventually(within: .seconds(60), "the snapshot is taken") {
            try await scene.events(of: run).contains("snapshot_taken")
        }
        return (charge, run)
    }

    @Test func `keeps what is done when it only read, and another reads the rest`() async throws {
        try await Scene.with(tables: Self.wide) { scene in
            let (_, run) = try await running(scene)
            let reader = try scene.start("reader", failpoint: "task.staged@2", concurrency: 1)

            #expect(try await reader.end() == .signal(SIGKILL))
            let before = try await done(scene)
            try await scene.reaches("succeeded", run)

            let after = try await done(scene)
            #expect(!before.isEmpty && before.count < 6)
            #expect(after.count == 6)
            #expect(Set(before).isSubset(of: after))
            let files = try scene.delivered.manifest(of: run).files
            #expect(files.map(\.rows).reduce(0, +) == Self.rows)
            let events = try await scene.events(of: run)
            #expect(events.filter { $0 == "snapshot_taken" }.count == 1)
            try await nothingStaged(in: scene)
        }
    }

    @Test func `starts again when it held the snapshot, and publishes nothing from before`()
        async throws
    {
        try await Scene.with(tables: Self.wide) { scene in
            let (charge, run) = try await running(scene)
            _ = try scene.start("heir")
            try await eventually(within: .seconds(60), "a part is done") {
                try await !done(scene).isEmpty
            }

            charge.signal(SIGKILL)
            let before = try await done(scene)
            try await scene.reaches("succeeded", run)

            let after = try await done(scene)
            #expect(after.count == 6)
            #expect(Set(before).isDisjoint(with: after))
            let files = try scene.delivered.manifest(of: run).files
            #expect(files.map(\.rows).reduce(0, +) == Self.rows)
            let events = try await scene.events(of: run)
            #expect(events.filter { $0 == "snapshot_taken" }.count == 2)
            #expect(try await scene.queue.number("select attempts from ferry.runs") == 2)
            try await nothingStaged(in: scene)
        }
    }
}
