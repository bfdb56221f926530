import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("A run that is stopped at any stage", .timeLimit(.minutes(15)))
struct StopStageTests {
    @Test func `ends immediately while it waits to be retried, and is not`() async throws {
        try await Scene.with { scene in
            let nowhere = ["FERRY_CREDENTIAL_TEST_NOWHERE": "host=/nonexistent-folder dbname=x"]
            _ = try scene.start("worker", environment: nowhere)
            try await scene.configure(tables: #"["customers"]"#)
            try await scene.apply(
                "edit_database", #"{"name": "crm", "credential": "test_nowhere"}"#)
            let run = try await scene.run()
            // From the third attempt on it waits for some seconds.
            try await eventually(within: .seconds(60), "the run waits for its fourth attempt") {
                try await scene.queue.text(
                    "select state || ' ' || attempts from ferry.runs where id = $1", [.int(run)])
                    == "queued 3"
            }

            try await scene.apply("stop_run", #"{"run": \#(run)}"#)

            #expect(
                try await scene.queue.text(
                    """
                    select concat_ws(' ', state, attempts, retry_at) from ferry.runs where id = $1
                    """, [.int(run)]) == "stopped 3")
            try await scene.apply(
                "edit_database", #"{"name": "crm", "credential": "test_source"}"#)
            let next = try await scene.run()
            try await scene.reaches("succeeded", next)
            #expect(try await scene.state(of: run) == "stopped")
            #expect(try scene.delivered.manifest().run == next)
            try await nothingStaged(in: scene)
        }
    }

    @Test func `gives up a lock that it waits for`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)
            let other = try await scene.source.another()
            try await other.run("begin; lock table public.customers in access exclusive mode")
            let run = try await scene.run()
            try await eventually(within: .seconds(60), "the run waits for the table") {
                try await scene.source.number(
                    """
                    select count(*) from pg_stat_activity
                     where datname = current_database() and application_name = 'ferry export'
                       and query like 'LOCK%' and wait_event_type = 'Lock'
                    """) == 1
            }

            try await scene.apply("stop_run", #"{"run": \#(run)}"#)

            // The source would let it wait for 10 seconds.
            try await scene.reaches("stopped", run, within: .seconds(9))
            try await noReaders(in: scene)
            await other.close()
            #expect(scene.delivered.visible == [])
            #expect(try await !scene.events(of: run).contains("run_retrying"))
        }
    }

    /// Before the snapshot, before its tasks are offered, when the last of them has ended, and when
    /// only the decision to publish is left.
    @Test(arguments: ["run.claimed", "run.before_open", "task.staged", "run.before_intent"])
    func `leaves nothing when its worker continues`(frozenAt place: String) async throws {
        try await Scene.with { scene in
            // A second loop may just look into the run's lane, and be frozen with it in hand.
            let worker = try scene.start(
                "worker", failpoint: place + ":stop", arguments: ["--command-concurrency", "1"])
            try await scene.configure(tables: #"["customers"]"#)
            let run = try await scene.run()
            try await worker.frozen()
            let stop = try await scene.send("stop_run", #"{"run": \#(run)}"#)
            let other = try scene.start("other")
            let outcome = try await scene.outcome(of: stop)
            #expect(outcome.state == "applied")
            #expect(try await scene.state(of: run) == "stopping")
            other.signal(SIGKILL)
            _ = try await other.end()

            worker.thaw()

            try await scene.reaches("stopped", run)
            #expect(scene.delivered.visible == [])
            try await nothingStaged(in: scene)
            try await noReaders(in: scene)
            #expect(
                try await scene.queue.number(
                    "select count(*) from ferry_state.run_manifests where run_id = $1",
                    [.int(run)]) == 0)
        }
    }

    @Test func `ends all of its readers, on every worker`() async throws {
        let tables = HeldTable.script + "create table public.held_too as table public.held;"
        try await Scene.with(tables: tables) { scene in
            for name in ["one", "two"] { _ = try scene.start(name, concurrency: 1) }
            try await scene.configure(tables: #"["held", "held_too"]"#)
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source, by: 2)

            try await scene.apply("stop_run", #"{"run": \#(run)}"#)

            try await scene.reaches("stopped", run)
            try await noReaders(in: scene)
            await held.open()
            #expect(scene.delivered.visible == [])
            try await nothingStaged(in: scene)
        }
    }

    @Test func `is refused once it has ended`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)
            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let outcome = try await scene.outcome(of: "stop_run", #"{"run": \#(run)}"#)

            #expect(outcome.code == "run_not_running")
            #expect(outcome.message == "run \(run) is not running (succeeded)")
            #expect(try scene.delivered.manifest().run == run)
        }
    }

    private func noReaders(in scene: Scene) async throws {
        try await eventually("no session reads the source") {
            try await scene.source.number(
                """
                select count(*) from pg_stat_activity
                 where datname = current_database() and application_name = 'ferry export'
                """) == 0
        }
    }
}
