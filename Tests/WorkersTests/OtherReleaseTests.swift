import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A worker of another release than the schema's", .timeLimit(.minutes(15)))
struct OtherReleaseTests {
    @Test(arguments: [
        "claim_commands", "load_world", "finish_commands", "heartbeat", "due_work", "claim_run",
    ])
    func `ends with status 78 and burns no attempt`(missing function: String) async throws {
        try await Scene.with { scene in
            let worker = try scene.start("worker", lease: 3)
            try await scene.apply("create_data_export", #"{"name": "Before"}"#)
            // What `ferry migrate` of a later release does in one transaction.
            let row = try await scene.queue.query(
                "select oid::regprocedure::text from pg_proc where proname = $1",
                [.text(function)])[0]
            let signature = try row[0].string()
            try await scene.queue.run(
                """
                begin;
                alter function \(signature) rename to later_release;
                update ferry_state.code set fingerprint = 'that of a later release';
                commit
                """)

            let id = try await scene.send("create_data_export", #"{"name": "After"}"#)

            #expect(try await worker.end() == .exit(78))
            #expect(worker.log.contains("belong to another release"))
            let state = try await scene.queue.text(
                "select state from ferry.command_status where id = $1", [.int(id)])
            #expect(["queued", "applied"].contains(state))
        }
    }

    @Test func `continues when the schema is its own, although a function was missing`()
        async throws
    {
        try await Scene.with { scene in
            let worker = try scene.start("worker")
            try await scene.registered("worker")
            try await scene.queue.run(
                "alter function ferry_state.due_work() rename to hidden_for_a_moment")
            try await eventually(within: .seconds(30), "it says that it misses a function") {
                worker.log.contains("does not exist")
            }
            try await scene.apply("create_data_export", #"{"name": "Meanwhile"}"#)
            try await scene.queue.run(
                "alter function ferry_state.hidden_for_a_moment() rename to due_work")

            try await eventually(within: .seconds(30), "it works again") {
                worker.log.contains("operation succeeded after retries")
            }
            #expect(worker.isRunning)
        }
    }

    @Test func `fails a run that it cannot read, by name, and no other`() async throws {
        try await Scene.with { scene in
            let first = try scene.start("first", failpoint: "run.before_claim_commit")
            try await scene.configure()
            try await scene.addExport("Other", tables: #"["customers"]"#)
            let run = try await scene.run()
            _ = try await first.end()
            try await scene.queue.query(
                "update ferry_state.runs set inputs = inputs - 'destination' where id = $1",
                [.int(run)])

            let second = try scene.start("second")

            try await scene.reaches("failed", run)
            #expect(try await scene.error(of: run).contains("internal: run \(run): "))
            #expect(try await scene.error(of: run).contains(#""inputs.destination" is missing"#))
            let other = try await scene.run("Other")
            try await scene.reaches("succeeded", other)
            #expect(second.isRunning)
            #expect(second.log.contains("run=\(run)"))
        }
    }

    @Test func `lets a run that it cannot read, and that may be visible, be stuck`() async throws {
        try await Scene.with { scene in
            let first = try scene.start("first", failpoint: "run.after_intent")
            try await scene.configure(tables: #"["customers"]"#)
            let run = try await scene.run()
            _ = try await first.end()
            try await scene.queue.query(
                "update ferry_state.runs set inputs = inputs - 'destination' where id = $1",
                [.int(run)])

            let second = try scene.start("second")

            try await eventually(within: .seconds(60), "the run is stuck") {
                try await scene.events(of: run).contains("run_stuck")
            }
            try await scene.addExport("Other", tables: #"["customers"]"#)
            let other = try await scene.run("Other")
            try await scene.reaches("succeeded", other)
            #expect(second.isRunning)
        }
    }

    @Test func `fails the run of a task that it cannot read`() async throws {
        try await Scene.with { scene in
            let worker = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)
            try await scene.queue.run(
                """
                create function public.spoil() returns trigger language plpgsql as $$
                begin
                    new.columns := '[{"name": 7}]';
                    return new;
                end $$;
                create trigger spoil before insert on ferry_state.run_reads
                    for each row execute function public.spoil()
                """)

            let run = try await scene.run()

            try await scene.reaches("failed", run)
            #expect(try await scene.error(of: run).contains("internal: run \(run): "))
            #expect(worker.isRunning)
        }
    }
}
