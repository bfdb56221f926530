import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("A run of a group", .timeLimit(.minutes(15)))
struct GroupRunTests {
    /// How the run stands, with its succeeded and failed runs.
    private func statusLine(_ scene: CommandScene, _ id: Int64) async throws -> String {
        try await scene.texts(
            """
            select concat_ws(' ', state, runs_succeeded || '/' || runs, runs_failed,
                             case when finished_at is not null then 'ended' end)
              from ferry.group_runs where id = $1
            """, [.int(id)])[0]
    }

    @Test(arguments: [
        (["succeeded", "succeeded"], "succeeded 2/2 0 ended"),
        (["failed", "succeeded"], "failed 1/2 1 ended"),
        (["stopped", "failed"], "failed 0/2 1 ended"),
        (["succeeded", "stopped"], "stopped 1/2 0 ended"),
    ])
    func `ends as its runs do, when the last of them has`(
        _ ends: [String], _ expected: String
    ) async throws {
        try await CommandScene.withOrchestrations { scene in
            try await scene.createGroup("G")
            let id = try await scene.apply("run_orchestration_group", ["name": "G"])
            #expect(try await statusLine(scene, id) == "queued 0/2 0")
            let runs = try await scene.runs(of: id)
            let reported =
                "select event from ferry.events where event like 'group_run_%' order by id"

            try await scene.end(runs[0], ends[0])
            #expect(try await statusLine(scene, id).hasPrefix("running "))
            #expect(try await scene.texts(reported) == ["group_run_queued"])
            try await scene.end(runs[1], ends[1])

            #expect(try await statusLine(scene, id) == expected)
            let state = expected.prefix { $0 != " " }
            #expect(try await scene.texts(reported) == ["group_run_queued", "group_run_\(state)"])
        }
    }

    @Test func `lets the groups that come after it run once all of it has succeeded`() async throws
    {
        try await CommandScene.withOrchestrations { scene in
            try await scene.createGroup("G")
            try await scene.createGroup("H", of: ["C"], ["after": "G"])
            try await scene.createGroup("Off", of: ["C"], ["after": "G"])
            try await scene.apply("disable_orchestration_group", ["name": "Off"])
            let failed = try await scene.apply("run_orchestration_group", ["name": "G"])
            for (run, end) in zip(try await scene.runs(of: failed), ["succeeded", "failed"]) {
                try await scene.end(run, end)
            }
            #expect(try await scene.runsByItself("H") == [])

            let id = try await scene.apply("run_orchestration_group", ["name": "G"])
            let runs = try await scene.runs(of: id)
            try await scene.end(runs[0], "succeeded")
            #expect(try await scene.runsByItself("H") == [])
            try await scene.end(runs[1], "succeeded")

            #expect(try await scene.runsByItself("H") == ["test_client_alice after \(id)"])
            #expect(try await scene.runsByItself("Off") == [])
            try await scene.processor().drain()
            #expect(
                try await scene.texts(
                    "select orchestration from ferry.runs where orchestration_group = 'H'")
                    == ["C"])
        }
    }

    @Test func `has succeeded, too, when what failed of it is resolved`() async throws {
        try await CommandScene.withOrchestrations { scene in
            try await scene.createGroup("G")
            try await scene.createGroup("H", of: ["C"], ["after": "G"])
            let id = try await scene.apply("run_orchestration_group", ["name": "G"])
            let runs = try await scene.runs(of: id)
            try await scene.end(runs[0], "failed")
            try await scene.end(runs[1], "succeeded")

            try await scene.apply("retry_run", ["run": .int(runs[0])])
            let again = try #require(try await scene.runs(of: id).last)
            #expect(try await statusLine(scene, id) == "running 1/2 0")
            try await scene.end(again, "succeeded")

            #expect(try await statusLine(scene, id) == "succeeded 2/2 0 ended")
            #expect(try await scene.runsByItself("H").count == 1)
        }
    }

    @Test func `is ended once by two last runs that end at the same time`() async throws {
        try await CommandScene.withOrchestrations { scene in
            try await scene.createGroup("G")
            try await scene.createGroup("H", of: ["C"], ["after": "G"])
            for _ in 1...20 {
                let id = try await scene.apply("run_orchestration_group", ["name": "G"])
                let runs = try await scene.runs(of: id)
                try await scene.admin.execute(
                    """
                    update ferry_state.runs set state = 'publishing', token = 1, worker_id = 1
                     where group_run_id = $1
                    """, [.int(id)])
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for run in runs {
                        let worker = try await scene.database.connect(as: .worker)
                        group.addTask {
                            try await worker.execute(
                                "select ferry_state.complete_run($1, 1, 1, 'x')", [.int(run)])
                        }
                    }
                    try await group.waitForAll()
                }
            }

            #expect(try await scene.runsByItself("H").count == 20)
            #expect(
                try await scene.count(
                    "select count(*) from ferry.events where event = 'group_run_succeeded'") == 20)
        }
    }

    @Test func `waits as a whole for the one before it, and no run waits in a circle`() async throws
    {
        try await CommandScene.withOrchestrations { scene in
            try await scene.createGroup("G", of: ["A", "B"])
            let first = try await scene.apply("run_orchestration_group", ["name": "G"])
            let second = try await scene.apply("run_orchestration_group", ["name": "G"])
            let own = try await scene.apply("run_orchestration", ["name": "A"])
            let worker = try await scene.database.connect(as: .worker)
            let id = try await worker.query(
                "select ferry_state.register_worker('w', 'h', 1, '1', 9, '1 hour')")[0][0].int64()
            func claimAll() async throws -> [Int64] {
                var claimed: [Int64] = []
                while let run = try await worker.query(
                    "select (ferry_state.claim_run($1) ->> 'id')::bigint", [.int(id)])[0][0]
                    .optionalInt64()
                {
                    claimed.append(run)
                }
                return claimed
            }
            let (one, two) = (
                try await scene.runs(of: first), try await scene.runs(of: second)
            )

            #expect(try await claimAll() == one)
            try await scene.end(one[0], "succeeded")
            // A is free, but the group is not.
            #expect(try await claimAll() == [])
            try await scene.end(one[1], "failed")
            #expect(try await claimAll() == two)
            try await scene.end(two[0], "succeeded")
            #expect(try await claimAll() == [own])
        }
    }

    @Test func `is stopped by stopping its runs`() async throws {
        try await CommandScene.withOrchestrations { scene in
            try await scene.createGroup("G")
            let id = try await scene.apply("run_orchestration_group", ["name": "G"])
            for run in try await scene.runs(of: id) {
                try await scene.apply("stop_run", ["run": .int(run)])
            }

            #expect(try await statusLine(scene, id) == "stopped 0/2 0 ended")
            #expect(
                try await scene.count(
                    "select count(*) from ferry.events where event = 'group_run_stopped'") == 1)
        }
    }
}
