import Postgres
import TestSupport
import Testing

@Suite("A run that cannot finish publishing", .timeLimit(.minutes(15)))
struct StuckRunTests {
    /// Gives the body a run that is publishing, with a second one of its orchestration behind it.
    private func publishing(
        _ body: (Connection, DutyWorker, _ token: Int64) async throws -> Void
    ) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            for (id, on) in [(1, "failure"), (2, "stuck"), (3, "success"), (4, "runtime")] {
                try await owner.addAlert(
                    on, id: Int64(id), on: "[\"\(on)\"]",
                    more: on == "runtime" ? #", "runtime_seconds_max": 86400"# : "")
            }
            try await owner.queueRun(7)
            try await owner.queueRun(8)
            let run = try #require(try await worker.claimRun())
            _ = try await worker.open(run: 7, token: run.token, tables: 1)
            let task = try #require(try await worker.claimTask())
            #expect(try await worker.finish(run: 7, task: task))
            #expect(try await worker.beginPublishing(run: 7, token: run.token))
            try await body(owner, worker, run.token)
        }
    }

    private func publishLater(
        _ worker: DutyWorker, _ token: Int64, isTransient: Bool = true, code: String = "c",
        within limit: String = "1 hour"
    ) async throws -> Bool {
        try await worker.connection.query(
            """
            select ferry_state.publish_run_later(7, $1, $2, '1 min', '5 min', $3::text::interval,
                                                 $4, $5, 'destination', 'm', 'h')
            """,
            [.int(token), .int(worker.id), .text(limit), .bool(isTransient), .text(code)]
        )[0][0].bool()
    }

    /// Lets the time for another attempt come, and takes charge of the run again.
    private func claimAgain(_ owner: Connection, _ worker: DutyWorker) async throws -> Int64 {
        try await owner.run("update ferry_state.runs set retry_at = now() where id = 7")
        let again = try #require(try await worker.claimRun())
        #expect(again.id == 7)
        return again.token
    }

    private func events(_ owner: Connection) async throws -> [String] {
        try await owner.query(
            """
            select event || ' ' || (details ->> 'code') from ferry.events
             where run_id = 7 and event in ('run_stuck', 'run_retrying') order by id
            """
        ).map { try $0[0].string() }
    }

    private static let statusLine = """
        select concat_ws(' ', state, stuck_at is not null,
                         round(extract(epoch from retry_at - clock_timestamp()) / 60),
                         error_code)
          from ferry.runs where id = 7
        """

    @Test func `is retried while its time lasts, and holds the next one back`() async throws {
        try await publishing { owner, worker, token in
            let isDone = try await publishLater(worker, token)

            #expect(isDone)
            #expect(try await owner.text(Self.statusLine) == "publishing f 1 c")
            #expect(try await events(owner) == ["run_retrying c"])
            #expect(try await owner.messages() == [])
            #expect(try await worker.claimRun() == nil)
        }
    }

    @Test func `is stuck once its time is over, and subscribed alerts are sent`()
        async throws
    {
        try await publishing { owner, worker, token in
            try await owner.run(
                "update ferry_state.runs set publishing_at = now() - interval '2 hours'")

            #expect(try await publishLater(worker, token))

            #expect(try await owner.text(Self.statusLine) == "publishing t 5 c")
            #expect(try await events(owner) == ["run_stuck c"])
            #expect(try await owner.messages().sorted() == ["failure stuck 7", "stuck stuck 7"])
        }
    }

    @Test func `is stuck immediately after a permanent error`() async throws {
        try await publishing { owner, worker, token in
            let isDone = try await publishLater(worker, token, isTransient: false)

            #expect(isDone)
            #expect(try await owner.text(Self.statusLine) == "publishing t 5 c")
            #expect(
                try await owner.text(
                    """
                    select payload #>> '{run,state}' || ' ' || (payload #>> '{run,error,code}')
                      from ferry_state.alert_deliveries limit 1
                    """) == "publishing c")
        }
    }

    @Test func `stays stuck, and notifies again only for another reason`() async throws {
        try await publishing { owner, worker, token in
            #expect(try await publishLater(worker, token, isTransient: false))
            let second = try await claimAgain(owner, worker)
            #expect(try await publishLater(worker, second))
            let third = try await claimAgain(owner, worker)
            #expect(try await publishLater(worker, third, code: "d"))

            #expect(try await owner.text(Self.statusLine) == "publishing t 5 d")
            #expect(try await events(owner) == ["run_stuck c", "run_stuck d"])
            #expect(try await owner.messages().count == 2)
        }
    }

    @Test func `lets the next run of its orchestration begin, and may succeed yet`() async throws {
        try await publishing { owner, worker, token in
            #expect(try await publishLater(worker, token, isTransient: false))

            #expect(try await worker.claimRun()?.id == 8)
            let again = try await claimAgain(owner, worker)
            #expect(
                try await worker.connection.query(
                    "select ferry_state.complete_run(7, $1, $2, 'x')",
                    [.int(again), .int(worker.id)])[0][0].bool())
            #expect(try await owner.state(ofRun: 7) == "succeeded")
            #expect(try await owner.messages(in: "waiting").contains("success success 7"))
        }
    }

    @Test func `fails if it can no longer become visible`() async throws {
        try await publishing { owner, worker, token in
            let failed = try await worker.connection.query(
                """
                select ferry_state.fail_run(7, $1, $2, 'c', 'destination', 'm', 'h', 'publishing')
                """, [.int(token), .int(worker.id)])[0][0].bool()

            #expect(failed)
            #expect(try await owner.state(ofRun: 7) == "failed")
            #expect(try await owner.messages() == ["failure failure 7"])
            #expect(try await worker.claimRun()?.id == 8)
        }
    }

    @Test func `is not failed by its worker without certainty`() async throws {
        try await publishing { owner, worker, token in
            let failed = try await worker.connection.query(
                "select ferry_state.fail_run(7, $1, $2, 'c', 'destination', 'm', 'h')",
                [.int(token), .int(worker.id)])[0][0].bool()

            #expect(!failed)
            #expect(try await owner.state(ofRun: 7) == "publishing")
        }
    }
}

@Suite("A run that met a transient error", .timeLimit(.minutes(15)))
struct RetriedRunTests {
    @Test(arguments: [("1 hour", "retrying", "queued"), ("30 minutes", "too_late", "running")])
    func `is retried for a time after its first start, however long it ran`(
        limit: String, expected: String, state: String
    ) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            let run = try #require(try await worker.claimRun())
            try await owner.run(
                "update ferry_state.runs set started_at = now() - interval '30 minutes'")

            let reported = try await worker.connection.query(
                """
                select ferry_state.retry_run_later(7, $1, $2, '1 s', $3::text::interval, 'c',
                                                   'source', 'm', 'h')
                """, [.int(run.token), .int(worker.id), .text(limit)])[0][0].string()

            #expect(reported == expected)
            #expect(try await owner.state(ofRun: 7) == state)
        }
    }
}
