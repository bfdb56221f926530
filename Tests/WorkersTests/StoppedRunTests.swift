import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("A run that is told to stop", .timeLimit(.minutes(15)))
struct StoppedRunTests {
    @Test func `ends immediately when it is queued behind another of its orchestration`()
        async throws
    {
        try await Scene.with(tables: HeldTable.script) { scene in
            _ = try scene.start("worker")
            try await scene.configure()
            let held = try await HeldTable.close(in: scene.source)
            let first = try await scene.run()
            try await HeldTable.isReached(in: scene.source)
            let second = try await scene.run()
            #expect(try await scene.state(of: second) == "queued")

            try await scene.apply("stop_run", #"{"run": \#(second)}"#)

            #expect(try await scene.state(of: second) == "stopped")
            await held.open()
            try await scene.reaches("succeeded", first)
            #expect(try scene.delivered.manifest().run == first)
        }
    }

    @Test func `ends its COPY at the source, and leaves nothing`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            // Two, so that the one which reads is not always the one which is in charge.
            _ = try scene.start("first", concurrency: 1)
            _ = try scene.start("second", concurrency: 1)
            try await scene.configure()
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)

            try await scene.apply("stop_run", #"{"run": \#(run)}"#)

            try await scene.reaches("stopped", run)
            try await eventually("no session reads the source") {
                try await scene.source.number(
                    """
                    select count(*) from pg_stat_activity
                     where datname = current_database() and application_name = 'ferry export'
                    """) == 0
            }
            await held.open()
            #expect(scene.delivered.visible == [])
            try await nothingStaged(in: scene)
            let events = try await scene.events(of: run)
            #expect(events.last == "run_stopped")
            let next = try await scene.run()
            try await scene.reaches("succeeded", next)
        }
    }

    @Test func `stops even if an error occurs at that moment`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure()
            let other = try await scene.source.another()
            try await other.run("begin; lock table public.empty in access exclusive mode")
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
            try await endReaders(in: scene)

            try await scene.reaches("stopped", run)
            await other.close()
            #expect(scene.delivered.visible == [])
        }
    }

    @Test func `continues when it is publishing, and the command says so`() async throws {
        try await Scene.with { scene in
            let publisher = try scene.start("publisher", failpoint: "run.after_intent:stop")
            try await scene.configure()
            let run = try await scene.run()
            try await publisher.frozen()
            _ = try scene.start("other")

            let outcome = try await scene.outcome(of: "stop_run", #"{"run": \#(run)}"#)

            #expect(outcome.state == "rejected")
            #expect(outcome.message?.contains("run \(run) is publishing") == true)
            publisher.thaw()
            try await scene.reaches("succeeded", run)
        }
    }

    @Test func `stops for good when its worker dies before it could`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            let victim = try scene.start("victim")
            try await scene.configure()
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)
            victim.signal(SIGSTOP)
            try await victim.frozen()
            _ = try scene.start("heir")
            try await scene.apply("stop_run", #"{"run": \#(run)}"#)

            victim.signal(SIGKILL)

            try await scene.reaches("stopped", run)
            await held.open()
            #expect(scene.delivered.visible == [])
            try await nothingStaged(in: scene)
        }
    }
}
