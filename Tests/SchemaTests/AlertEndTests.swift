import Postgres
import TestSupport
import Testing

@Suite("The delivery of an alert's message", .timeLimit(.minutes(15)))
struct AlertEndTests {
    @Test func `fails for good when the next attempt would be too late, and says so`()
        async throws
    {
        try await withRun { owner, worker, _ in
            try await owner.addAlert("Ops", id: 1)
            try await owner.notify(7)
            let first = try #require(try await worker.claimMessages().first)
            #expect(try await worker.finish(first, "retry", after: "0"))
            #expect(
                try await owner.text("select last_error from ferry.alert_deliveries")
                    == "no route")
            let second = try #require(try await worker.claimMessages().first)

            #expect(try await worker.finish(second, "retry", after: "61 s"))

            #expect(try await owner.messages(in: "failed") == ["Ops failure 7"])
            #expect(
                try await owner.text(
                    """
                    select concat_ws(' ', event, object_kind, object_name,
                                     details - 'delivery')
                      from ferry.events where event like 'alert%'
                    """)
                    == #"alert_failed alert Ops {"run": 7, "event": "failure", "#
                    + #""attempt": 2, "message": "no route"}"#)
            #expect(try await worker.claimMessages() == [])
        }
    }

    @Test func `waits for its next attempt`() async throws {
        try await withRun { owner, worker, _ in
            try await owner.addAlert("Ops", id: 1)
            try await owner.notify(7)
            let first = try #require(try await worker.claimMessages().first)

            #expect(try await worker.finish(first, "retry", after: "30 s"))

            #expect(try await worker.claimMessages() == [])
            let wait = try await owner.number(
                """
                select round(extract(epoch from next_attempt_at - clock_timestamp()))::int
                  from ferry.alert_deliveries where attempts = 1 and ended_at is null
                """)
            #expect((25...30).contains(wait))
        }
    }

    @Test func `by a credential is left to a worker that has it, for five seconds`()
        async throws
    {
        try await withRun { owner, worker, _ in
            try await owner.addAlert("Ops", id: 1)
            try await owner.notify(7)

            #expect(try await worker.claimMessages(credentials: ["other"]) == [])
            try await owner.execute(
                "update ferry_state.alert_deliveries set due_at = now() - interval '6 s'")
            #expect(try await worker.claimMessages(credentials: []).count == 1)
        }
    }

    @Test func `of a program is left to a worker that may run it, for five seconds`()
        async throws
    {
        try await withRun { owner, worker, _ in
            let other = try await DutyWorker.register(worker.database)
            try await owner.addAlert("Ops", id: 1)
            try await owner.execute(
                """
                update ferry_state.alerts
                   set settings = settings - 'credential' || '{"program": ["/bin/page", "-x"]}'
                """)
            try await owner.notify(7)

            #expect(
                try await worker.claimMessages(programs: [
                    #"["/bin/page"]"#, #"["/bin/page", "-x", "-y"]"#, #"["/bin/page", "-y"]"#,
                ]) == [])
            let claimed = try #require(
                try await other.claimMessages(programs: ["[]", #"["/bin/page","-x"]"#]).first)
            #expect(try await other.finish(claimed, "retry"))
            try await owner.execute(
                "update ferry_state.alert_deliveries set due_at = now() - interval '6 s'")
            #expect(try await worker.claimMessages().map(\.id) == [claimed.id])
        }
    }

    @Test func `is dropped with its alert`() async throws {
        try await withRun { owner, worker, _ in
            try await owner.addAlert("Ops", id: 1)
            try await owner.addAlert("Kept", id: 2)
            try await owner.notify(7)
            try await owner.notify(7)
            let claimed = try #require(
                try await worker.claimMessages().first { $0.alert == "Ops" })

            try await owner.execute(#"select ferry_state.delete_objects('{"alerts": [1]}')"#)

            #expect(try await owner.messages() == ["Kept failure 7", "Kept failure 7"])
            #expect(try await owner.messages(in: "failed").count == 2)
            #expect(try await !worker.finish(claimed))
            #expect(
                try await owner.text("select min(last_error) from ferry.alert_deliveries")
                    == "the alert was deleted")
        }
    }

    @Test
    func `is deleted 30 days after its end, unless it prevents a repeated message about a run`()
        async throws
    {
        try await withRun { owner, worker, run in
            try await owner.addAlert("Ops", id: 1)
            try await owner.addAlert("Waits", id: 2, on: #"["success"]"#)
            try await owner.notify(7, "{failure,success}")
            let claimed = try #require(
                try await worker.claimMessages().first { $0.alert == "Ops" })
            #expect(try await worker.finish(claimed))
            let forget = "select ferry_state.forget_alert_deliveries()"
            let count = "select count(*) from ferry.alert_deliveries"
            try await owner.execute(
                """
                update ferry_state.alert_deliveries set ended_at = now() - interval '31 days'
                 where ended_at is not null
                """)

            try await owner.execute(forget)
            #expect(try await owner.number(count) == 2)
            _ = try await worker.connection.query(
                "select ferry_state.fail_run(7, $1, $2, 'c', 'source', 'm', 'h')",
                [.int(run), .int(worker.id)])
            try await owner.execute(forget)

            #expect(try await owner.number("\(count) where alert = 'Ops' and attempts = 1") == 0)
            #expect(try await owner.messages() == ["Waits success 7", "Ops failure 7"])
        }
    }
}

/// Gives the body the owner of a schema, and a worker that is in charge of run 7 by this token.
func withRun(
    _ body: (_ owner: Connection, _ worker: DutyWorker, _ token: Int64) async throws -> Void
) async throws {
    try await TestDatabase.withSchema { database in
        let owner = try await database.connect()
        let worker = try await DutyWorker.register(database)
        try await owner.queueRun(7)
        let run = try #require(try await worker.claimRun())
        try await body(owner, worker, run.token)
    }
}
