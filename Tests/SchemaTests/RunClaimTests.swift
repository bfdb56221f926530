import Postgres
import TestSupport
import Testing

@Suite("A run", .timeLimit(.minutes(15)))
struct RunClaimTests {
    @Test func `waits for the earlier run of its orchestration`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            try await owner.queueRun(8)
            try await owner.queueRun(9, orchestration: 2)

            let first = try #require(try await worker.claimRun())
            let second = try await worker.claimRun()
            let third = try await worker.claimRun()
            _ = try await worker.connection.query(
                "select ferry_state.fail_run(7, $1, $2, 'c', 'source', 'm', 'h')",
                [.int(first.token), .int(worker.id)])
            let after = try await worker.claimRun()

            #expect(first.id == 7)
            #expect(second?.id == 9)
            #expect(third == nil)
            #expect(after?.id == 8)
        }
    }

    @Test func `that is to be retried keeps its turn`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            try await owner.queueRun(8)
            let first = try #require(try await worker.claimRun())

            _ = try await worker.connection.query(
                """
                select ferry_state.retry_run_later(7, $1, $2, '1 hour', '2 hours', 'c', 'source',
                                                   'm', 'h')
                """, [.int(first.token), .int(worker.id)])
            let state = try await owner.state(ofRun: 7)
            let meanwhile = try await worker.claimRun()
            try await owner.run("update ferry_state.runs set retry_at = now() where id = 7")
            let again = try #require(try await worker.claimRun())

            #expect(state == "queued")
            #expect(meanwhile == nil)
            #expect(again.id == 7)
            #expect(again.token > first.token)
        }
    }

    @Test func `has ended for another that goes to the same place`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            let runs: [(Int64, path: String, state: String)] = [
                (6, "/a", "running"), (7, "/a", "failed"), (8, "/a", "queued"),
                (9, "/b", "stopped"), (10, "/a", "succeeded"),
            ]
            for (id, path, state) in runs {
                try await owner.queueRun(id, orchestration: id)
                try await owner.execute(
                    """
                    update ferry_state.runs
                       set state = $2, finished_at = case when $3 then now() end,
                           inputs = jsonb_build_object('destination', jsonb_build_object(
                               'name', 'n' || id, 'kind', 'directory',
                               'settings', jsonb_build_object('path', $4::text)))
                     where id = $1
                    """,
                    [
                        .int(id), .text(state),
                        .bool(["failed", "stopped", "succeeded"].contains(state)), .text(path),
                    ])
            }

            let ended = try await worker.connection.query(
                "select unnest(ferry_state.ended_runs(6, '{6,7,8,9,10,11}')) order by 1")

            #expect(try ended.map { try $0[0].int64() } == [7, 10])
        }
    }

    @Test func `publishes only when every task of this attempt is done`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            let first = try #require(try await worker.claimRun())
            _ = try await worker.open(run: 7, token: first.token)
            for expected in [false, true] {
                let task = try #require(try await worker.claimTask())
                let unfinished = try await worker.beginPublishing(run: 7, token: first.token)
                #expect(!unfinished)
                #expect(try await worker.finish(run: 7, task: task))
                if expected { #expect(try await worker.claimTask() == nil) }
            }

            // Another attempt must not publish what the first one read from an older snapshot.
            try await owner.execute("select ferry_state.free_work($1)", [.int(worker.id)])
            let second = try #require(try await worker.claimRun())
            #expect(try await !worker.beginPublishing(run: 7, token: second.token))
            _ = try await worker.open(run: 7, token: second.token, tables: 1)
            let task = try #require(try await worker.claimTask())
            #expect(try await worker.finish(run: 7, task: task))
            #expect(try await worker.beginPublishing(run: 7, token: second.token))
            #expect(try await owner.state(ofRun: 7) == "publishing")
        }
    }

    @Test func `that was told to stop neither publishes nor hands out tasks`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            let run = try #require(try await worker.claimRun())
            _ = try await worker.open(run: 7, token: run.token, tables: 2)
            let task = try #require(try await worker.claimTask())
            try await owner.run("update ferry_state.runs set state = 'stopping' where id = 7")

            #expect(try await worker.claimTask() == nil)
            let progress = #"[{"run": 7, "number": \#(task.number), "token": \#(task.token)}]"#
            #expect(try await worker.report(progress) == [])
            #expect(try await !worker.finish(run: 7, task: task))
            #expect(try await !worker.beginPublishing(run: 7, token: run.token))
        }
    }

    @Test func `hands each task to one of many workers`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            let run = try #require(try await worker.claimRun())
            _ = try await worker.open(run: 7, token: run.token, tables: 20)

            let taken = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let worker = try await DutyWorker.register(database)
                        var numbers: [Int64] = []
                        while let task = try await worker.claimTask() {
                            numbers.append(task.number)
                        }
                        return numbers
                    }
                }
                return try await group.reduce(into: [Int64]()) { $0 += $1 }
            }

            #expect(taken.sorted() == Array(1...20))
        }
    }
}
