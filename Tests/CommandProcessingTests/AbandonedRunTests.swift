import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("A run that an administrator abandons", .timeLimit(.minutes(15)))
struct AbandonedRunTests {
    /// A run of a group that worker 1 is publishing, under the token 1.
    private func withPublishingRun(
        _ body: (CommandScene, _ run: Int64) async throws -> Void
    ) async throws {
        try await CommandScene.withOrchestrations { scene in
            try await scene.createGroup("G", of: ["A"])
            let group = try await scene.apply("run_orchestration_group", ["name": "G"])
            let run = try await scene.runs(of: group)[0]
            try await scene.admin.run(
                """
                insert into ferry_state.workers (name, host, process_id, version, concurrency)
                values ('w1', 'h', 1, '1', 1);
                update ferry_state.runs
                   set state = 'publishing', publishing_at = now(), started_at = now(), token = 1,
                       worker_id = (select max(id) from ferry_state.workers)
                 where id = \(run);
                insert into ferry_state.run_manifests values (\(run), 1, '{}', 'x');
                insert into ferry_state.alerts (id, environment, name, key, settings, created_by)
                values (-5, 'production', 'Ops', 'ops',
                        '{"on": ["failure"], "credential": "x", "retry_seconds_max": 60}', 'test')
                """)
            try await body(scene, run)
        }
    }

    private func abandon(_ scene: CommandScene, _ run: Int64) async throws -> Int64 {
        let id = try await scene.send(
            "abandon_run",
            ["run": .int(run), "confirm": "A", "reason": "the bucket is gone"])
        try await scene.processor().drain()
        return id
    }

    @Test func `has failed, with its group, in all views`() async throws {
        try await withPublishingRun { scene, run in
            let id = try await abandon(scene, run)

            #expect(try await scene.status(id) == .applied)
            #expect(try await scene.events(id) == ["run_failed"])
            let shown = try await scene.texts(
                """
                select concat_ws('|', state, finished_at is not null, retry_at, worker,
                                 error_code, error_origin, error_message)
                  from ferry.runs where id = $1
                """, [.int(run)])
            #expect(
                shown == [
                    "failed|t|abandoned|destination|abandoned by \"test_client_alice\": the bucket "
                        + "is gone; none of its output was visible, but worker \"w1\" was still "
                        + "publishing it and may have made it visible"
                ])
            #expect(
                try await scene.texts(
                    "select alert || ' ' || event || ' ' || run_id from ferry.alert_deliveries")
                    == ["Ops failure \(run)"])
            #expect(try await scene.texts("select state from ferry.group_runs") == ["failed"])
        }
    }

    @Test func `is out of reach for the worker that publishes it`() async throws {
        try await withPublishingRun { scene, run in
            _ = try await abandon(scene, run)
            let before = try await scene.texts("select r::text from ferry_state.runs as r")
            let worker = try await scene.admin.query(
                "select max(id) from ferry_state.workers")[0][0].int64()

            for call in [
                "run_state($1, 1, $2) is not null", "complete_run($1, 1, $2, 'x')",
                "release_run($1, 1, $2)",
                "publish_run_later($1, 1, $2, '1 s', '1 s', '1 s', true, 'c', 'source', 'm', 'h')",
                "fail_run($1, 1, $2, 'c', 'source', 'm', 'h', 'publishing')",
            ] {
                let done = try await scene.admin.query(
                    "select ferry_state.\(call)", [.int(run), .int(worker)])
                #expect(try !done[0][0].bool(), "\(call)")
            }

            #expect(
                try await scene.texts("select r::text from ferry_state.runs as r") == before)
        }
    }

    @Test func `is resolved like any other that failed`() async throws {
        try await withPublishingRun { scene, run in
            _ = try await abandon(scene, run)

            let retry = try await scene.send("retry_run", ["run": .int(run)])
            try await scene.processor().drain()

            #expect(try await scene.status(retry) == .applied)
        }
    }
}
