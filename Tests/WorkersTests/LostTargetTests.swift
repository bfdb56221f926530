import Foundation
import TestSupport
import Testing

/// What a failed write to the target must not end: the worker, and all else that it does.
@Suite("A worker whose target fails while rows go there", .timeLimit(.minutes(15)))
struct LostTargetTests {
    @Test func `retries that run when the connection is lost, and continues with its others`()
        async throws
    {
        try await TargetScene.with(tables: HeldTable.script) { place in
            let scene = place.scene
            try await place.target.run("create type public.mood as (name text)")
            let worker = try place.start("worker")
            try await place.configure(mode: "replace", tables: #"["held"]"#)
            try await addOther(to: scene)
            let held = try await HeldTable.close(in: scene.source)
            let losing = try await scene.run()
            let other = try await scene.run("Other")
            try await HeldTable.isReached(in: scene.source, by: 2)

            try await eventually("the loader's session is terminated") {
                try await place.target.number(
                    """
                    select count(*) from (
                        select pg_terminate_backend(pid) from pg_stat_activity
                         where datname = current_database()
                           and application_name = 'ferry delivery' and query like 'copy%'
                    ) as ended
                    """) == 1
            }
            await held.open()

            try await scene.reaches("succeeded", other)
            try await scene.reaches("succeeded", losing)
            #expect(worker.isRunning)
            #expect(try await scene.events(of: losing).contains("run_retrying"))
            #expect(try await !scene.events(of: other).contains("run_retrying"))
            #expect(
                try await place.target.number("select count(*) from crm.held") == HeldTable.rows)
        }
    }

    @Test
    func `fails that run with the reason when a row is refused, and continues with its others`()
        async throws
    {
        let tables = """
            create domain public.small as integer;
            create table public.numbers (n public.small);
            insert into public.numbers select generate_series(1, 100);
            """
        try await TargetScene.with(tables: HeldTable.script + tables) { place in
            let scene = place.scene
            try await place.target.run(
                "create domain public.small as integer constraint is_small check (value < 10)")
            let worker = try place.start("worker")
            try await place.configure(mode: "replace", tables: #"["numbers"]"#)
            try await addOther(to: scene)
            let held = try await HeldTable.close(in: scene.source)
            let other = try await scene.run("Other")
            try await HeldTable.isReached(in: scene.source)

            let refused = try await scene.run()
            try await scene.reaches("failed", refused)
            await held.open()

            try await scene.reaches("succeeded", other)
            #expect(worker.isRunning)
            #expect(try await scene.error(of: refused).contains("is_small"))
            #expect(try await !scene.events(of: other).contains("run_retrying"))
        }
    }

    /// A run of the same worker that goes elsewhere.
    private func addOther(to scene: Scene) async throws {
        try await scene.apply(
            "create_destination",
            """
            {"name": "lake", "kind": "directory", "settings": {"path": "\(scene.destination)"}}
            """)
        try await scene.apply(
            "create_data_template",
            #"{"destination": "lake", "name": "csv", "settings": {"format": "csv"}}"#)
        try await scene.addExport("Other", tables: #"["held"]"#)
    }
}
