import Postgres
import TestSupport
import Testing

/// A write of a worker about a run or a task, and the state in which its owner may make it.
private struct FencedWrite {
    let call: String
    var state = "running"
    /// Of a task: its token, not the run's, is the fence.
    var isOfTask = false

    init(_ call: String, state: String = "running", isOfTask: Bool = false) {
        self.call = call
        self.state = state
        self.isOfTask = isOfTask
    }
}

// $1 run, $2 token, $3 worker; the task is number 1.
private let writes = [
    FencedWrite("open_run($1, $2, $3, 'snap', now(), '[]')"),
    FencedWrite("finish_task($1, 1, $2, $3, '[]')", isOfTask: true),
    FencedWrite("fail_task($1, 1, $2, $3, true, 'c', 'source', 'm', 'h', null)", isOfTask: true),
    FencedWrite("release_task($1, 1, $2, $3)", isOfTask: true),
    FencedWrite("begin_publishing($1, $2, $3, '{}', 'sha')"),
    FencedWrite("complete_run($1, $2, $3, 'file:///drop')", state: "publishing"),
    FencedWrite("fail_run($1, $2, $3, 'c', 'source', 'm', 'h')"),
    FencedWrite(
        "fail_run($1, $2, $3, 'c', 'source', 'm', 'h', 'publishing')", state: "publishing"),
    FencedWrite(
        "retry_run_later($1, $2, $3, '1 s', '1 hour', 'c', 'source', 'm', 'h') is not null"),
    FencedWrite(
        "publish_run_later($1, $2, $3, '1 s', '1 s', '1 h', true, 'c', 'source', 'm', 'h')",
        state: "publishing"),
    FencedWrite("run_state($1, $2, $3) is not null"),
    FencedWrite("release_run($1, $2, $3)"),
    FencedWrite("finish_stop($1, $2, $3)", state: "stopping"),
]

@Suite("A worker that lost its claim", .timeLimit(.minutes(15)))
struct FencingTests {
    @Test func `changes nothing any more, by any of its writes`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            let other = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            let run = try #require(try await worker.claimRun())
            _ = try await worker.open(run: 7, token: run.token, tables: 1)
            let task = try #require(try await worker.claimTask())

            for write in writes {
                if write.call.hasPrefix("begin_publishing") { try await finishTask(owner) }
                try await owner.execute(
                    """
                    update ferry_state.runs set state = $1, publishing_at = now() where id = 7
                    """, [.text(write.state)])
                let token = write.isOfTask ? task.token : run.token
                let before = try await owner.everythingOfRuns()

                for (lostToken, lostWorker) in [
                    (token - 1000, worker.id), (token + 1000, worker.id), (token, other.id),
                ] {
                    let done = try await call(write, worker, lostToken, lostWorker)
                    #expect(!done, "\(write.call)")
                }
                #expect(try await owner.everythingOfRuns() == before, "\(write.call)")

                // The same call of the rightful owner does write: it was the fence that held.
                try await worker.connection.run("begin")
                #expect(try await call(write, worker, token, worker.id), "\(write.call)")
                try await worker.connection.run("rollback")
            }
        }
    }

    private func finishTask(_ owner: Connection) async throws {
        try await owner.execute(
            "update ferry_state.run_tasks set state = 'done', rows = 1, bytes = 1")
    }

    private func call(
        _ write: FencedWrite, _ worker: DutyWorker, _ token: Int64, _ id: Int64
    ) async throws -> Bool {
        try await worker.connection.query(
            "select ferry_state.\(write.call)", [7, .int(token), .int(id)])[0][0].bool()
    }

    @Test func `cannot report the end of a task that was released and claimed again`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            let run = try #require(try await worker.claimRun())
            _ = try await worker.open(run: 7, token: run.token, tables: 1)
            let lost = try #require(try await worker.claimTask())
            try await owner.execute("select ferry_state.free_work($1)", [.int(worker.id)])
            let again = try #require(try await worker.claimRun())
            _ = try await worker.open(run: 7, token: again.token, tables: 1)
            let held = try #require(try await worker.claimTask())

            #expect(again.token > run.token)
            #expect(held.token > lost.token)
            #expect(try await !worker.finish(run: 7, task: lost))
            #expect(try await worker.finish(run: 7, task: held))
        }
    }

    @Test func `cannot report progress of a task that another holds`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            let other = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            let run = try #require(try await worker.claimRun())
            _ = try await worker.open(run: 7, token: run.token, tables: 1)
            let task = try #require(try await worker.claimTask())
            let progress = """
                [{"run": 7, "number": 1, "token": \(task.token),
                  "reads": [{"read": 1, "rows": 5, "bytes": 50, "done": false}]},
                 {"run": 7, "number": 1, "token": \(task.token - 1),
                  "reads": [{"read": 1, "rows": 6, "bytes": 60, "done": false}]}]
                """

            let ofOther = try await other.report(progress)
            let count = try await owner.number("select count(*) from ferry_state.task_progress")
            let own = try await worker.report(progress)

            #expect(ofOther == [])
            #expect(count == 0)
            #expect(own == [task.token])
            #expect(try await owner.number("select rows from ferry.run_tasks") == 5)
        }
    }
}
