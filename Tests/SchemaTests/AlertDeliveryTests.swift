import Postgres
import TestSupport
import Testing

@Suite("A message of an alert", .timeLimit(.minutes(15)))
struct AlertDeliveryTests {
    @Test func `is created in the transaction of its event, for subscribed alerts`()
        async throws
    {
        try await withRun { owner, worker, run in
            try await owner.addAlert("Ops", id: 1)
            try await owner.addAlert("Other", id: 2, on: #"["success"]"#)
            try await worker.connection.run("begin")
            let failed = try await worker.connection.query(
                "select ferry_state.fail_run(7, $1, $2, 'x', 'source', 'gone', 'look')",
                [.int(run), .int(worker.id)])[0][0].bool()
            #expect(failed)

            #expect(try await owner.messages() == [])
            try await worker.connection.run("rollback")
            #expect(try await owner.messages() == [])
            _ = try await worker.connection.query(
                "select ferry_state.fail_run(7, $1, $2, 'x', 'source', 'gone', 'look')",
                [.int(run), .int(worker.id)])
            #expect(try await owner.messages() == ["Ops failure 7"])
        }
    }

    @Test func `has the outcome of the run, with the same bytes at each attempt`() async throws {
        try await withRun { owner, worker, run in
            try await owner.addAlert("Ops", id: 1)
            _ = try await worker.connection.query(
                "select ferry_state.fail_run(7, $1, $2, 'tables_missing', 'source', 'gone', null)",
                [.int(run), .int(worker.id)])

            let first = try #require(try await worker.claimMessages().first)
            #expect(try await worker.finish(first, "retry"))
            let second = try #require(try await worker.claimMessages().first)

            #expect(first.id == second.id)
            #expect(first.payload == second.payload)
            #expect(first.token < second.token)
            let shape = try await owner.text(
                """
                select p - 'id' - 'at' || jsonb_build_object('run', (p -> 'run')
                           - 'created_at' - 'started_at' - 'finished_at' - 'seconds')
                  from cast($1 as jsonb) as p
                """, [.text(first.payload)])
            #expect(
                shape == """
                    {"run": {"id": 7, "rows": 0, "bytes": 0, "error": {"code": "tables_missing", \
                    "hint": null, "origin": "source", "message": "gone"}, "files": 0, \
                    "login": "alice", "state": "failed", "attempts": 1, "created_by": "alice", \
                    "data_export": "customers", \
                    "destination": "drop", "orchestration": "daily", "manifest_sha256": null, \
                    "data_export_version": 1}, "alert": "Ops", "event": "failure", "version": 1, \
                    "environment": "production"}
                    """)
            #expect(
                try await owner.text(
                    "select cast($1 as jsonb) ->> 'id'", [.text(first.payload)]) == first.id)
        }
    }

    @Test func `of a runtime is made once, while the run continues or at its end`() async throws {
        try await withRun { owner, worker, run in
            let limit = #", "runtime_seconds_max": 3600"#
            try await owner.addAlert("Slow", id: 1, on: #"["runtime"]"#, more: limit)
            try await owner.execute("select ferry_state.tell_long_runs()")
            try await owner.notify(7, "{success,runtime}")
            #expect(try await owner.messages() == [])

            try await owner.execute(
                "update ferry_state.runs set started_at = now() - interval '3601 s' where id = 7")
            for _ in 1...2 { try await owner.execute("select ferry_state.tell_long_runs()") }
            try await owner.notify(7, "{success,runtime}")

            #expect(try await owner.messages() == ["Slow runtime 7"])
            // It was not checked while it ran; its end is early enough to notify.
            try await owner.addAlert("Late", id: 2, on: #"["runtime"]"#, more: limit)
            _ = try await worker.connection.query(
                "select ferry_state.fail_run(7, $1, $2, 'c', 'source', 'm', 'h')",
                [.int(run), .int(worker.id)])
            #expect(try await owner.messages() == ["Slow runtime 7", "Late runtime 7"])
        }
    }

    @Test func `is not made of a run that is being stopped, or that waits for its turn`()
        async throws
    {
        try await withRun { owner, _, _ in
            try await owner.queueRun(8, orchestration: 2)
            try await owner.addAlert(
                "Slow", id: 1, on: #"["runtime"]"#, more: #", "runtime_seconds_max": 1"#)
            try await owner.execute(
                """
                update ferry_state.runs set state = 'stopping',
                       started_at = now() - interval '1 day' where id = 7
                """)

            try await owner.execute("select ferry_state.tell_long_runs()")

            #expect(try await owner.messages() == [])
        }
    }

    @Test func `is claimed by one worker, and of each alert one at a time`() async throws {
        try await withRun { owner, worker, _ in
            let other = try await DutyWorker.register(worker.database)
            for (id, name) in [(1, "A"), (2, "B")] {
                try await owner.addAlert(name, id: Int64(id))
            }
            for _ in 1...3 { try await owner.notify(7) }

            let claimed = try await worker.claimMessages()
            let rest = try await other.claimMessages()

            #expect(claimed.map(\.alert).sorted() == ["A", "B"])
            #expect(rest == [])
            #expect(try await worker.finish(claimed[0]))
            let next = try await other.claimMessages()
            #expect(next.map(\.alert) == [claimed[0].alert])
            #expect(try await owner.messages(in: "delivered").count == 1)
        }
    }

    @Test func `is claimed by many at once without any twice`() async throws {
        try await withRun { owner, worker, _ in
            for id in Int64(1)...20 { try await owner.addAlert("A\(id)", id: id) }
            try await owner.notify(7)
            var workers: [DutyWorker] = []
            for _ in 1...4 { workers.append(try await DutyWorker.register(worker.database)) }

            let claimed = try await withThrowingTaskGroup(of: [ClaimedMessage].self) { group in
                for worker in workers {
                    group.addTask {
                        var all: [ClaimedMessage] = []
                        for _ in 0..<20 { all += try await worker.claimMessages(2) }
                        return all
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }

            #expect(claimed.count == 20)
            #expect(Set(claimed.map(\.id)).count == 20)
        }
    }

    @Test func `that was lost cannot be finished any more`() async throws {
        try await withRun { owner, worker, _ in
            let other = try await DutyWorker.register(worker.database)
            try await owner.addAlert("Ops", id: 1)
            try await owner.notify(7)
            let lost = try #require(try await worker.claimMessages().first)
            #expect(try await other.claimMessages() == [])

            try await owner.execute("select ferry_state.rescue($1)", [Value([worker.id])])
            let held = try #require(try await other.claimMessages().first)

            #expect(held.id == lost.id)
            for outcome in ["delivered", "failed", "retry"] {
                #expect(try await !worker.finish(lost, outcome))
            }
            #expect(try await !worker.finish(held))
            #expect(try await worker.claimMessages() == [])
            #expect(try await owner.messages() == ["Ops failure 7"])
            #expect(try await other.finish(held))
            #expect(try await !other.finish(held, "failed"))
            #expect(try await owner.messages(in: "delivered") == ["Ops failure 7"])
        }
    }

    @Test func `whose worker froze is claimed by another once its time is up`() async throws {
        try await withRun { owner, worker, _ in
            let other = try await DutyWorker.register(worker.database)
            try await owner.addAlert("Ops", id: 1)
            try await owner.notify(7)
            let lost = try #require(try await worker.claimMessages(lease: "0").first)

            let held = try await other.claimMessages()

            #expect(held.map(\.id) == [lost.id])
            #expect(try await !worker.finish(lost))
        }
    }
}
