import Postgres
import TestSupport
import Testing
import Values

@Suite("A task of several tables", .timeLimit(.minutes(15)))
struct TaskReadTests {
    /// A run of four tables in two tasks, the first of which is claimed.
    private func claimed(
        _ body: (_ owner: Connection, DutyWorker, (number: Int64, token: Int64)) async throws
            -> Void
    ) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            let run = try #require(try await worker.claimRun())
            _ = try await worker.open(run: 7, token: run.token, tables: 4, perTask: 2)
            let task = try #require(try await worker.claimTask())
            try await body(owner, worker, task)
        }
    }

    private func shown(_ owner: Connection) async throws -> [String] {
        try await owner.query(
            """
            select concat_ws(' ', table_name, task, state, rows, bytes, error_code)
              from ferry.run_tasks order by number
            """
        ).map { try $0[0].string() }
    }

    @Test func `is a line for each table, which shows how far that one is`() async throws {
        try await claimed { owner, worker, task in
            let begun = try await shown(owner)
            _ = try await worker.report(
                """
                [{"run": 7, "number": 1, "token": \(task.token), "reads": [
                    {"read": 1, "rows": 3, "bytes": 30, "done": true},
                    {"read": 2, "rows": 4, "bytes": 40, "done": false}]}]
                """)
            let half = try await shown(owner)
            let tables = try await owner.text(
                "select tables_done || '/' || tables || ' ' || rows from ferry.runs")
            let isTaken = try await worker.finish(run: 7, task: task)

            let others = ["t3 3 available 0 0", "t4 3 available 0 0"]
            #expect(begun == ["t1 1 running 0 0", "t2 1 available 0 0"] + others)
            #expect(half == ["t1 1 done 3 30", "t2 1 running 4 40"] + others)
            #expect(tables == "1/4 7")
            #expect(isTaken)
            #expect(try await shown(owner) == ["t1 1 done 10 100", "t2 1 done 10 100"] + others)
            #expect(try await owner.number("select count(*) from ferry_state.task_progress") == 0)
        }
    }

    @Test func `fails with an error of one table`() async throws {
        try await claimed { owner, worker, task in
            _ = try await worker.connection.query(
                "select ferry_state.fail_task(7, 1, $1, $2, true, 'c', 'source', 'm', 'h', 2)",
                [.int(task.token), .int(worker.id)])

            #expect(
                try await shown(owner) == [
                    "t1 1 available 0 0", "t2 1 failed 0 0 c", "t3 3 available 0 0",
                    "t4 3 available 0 0",
                ])
        }
    }

    @Test func `shows when it is read again, and why, while its run waits`() async throws {
        try await claimed { owner, worker, task in
            _ = try await worker.connection.query(
                "select ferry_state.fail_task(7, 1, $1, $2, true, 'c', 'source', 'm', 'h', 2)",
                [.int(task.token), .int(worker.id)])
            _ = try await worker.connection.query(
                """
                select ferry_state.retry_run_later(7, token, $1, '1 hour', '2 hours', 'c',
                                                   'source', 'm', 'h')
                  from ferry_state.runs where id = 7
                """, [.int(worker.id)])

            let waiting = try await owner.query(
                """
                select concat_ws(' ', table_name, t.error_origin, t.error_message,
                                 t.retry_at = r.retry_at, r.error_origin)
                  from ferry.run_tasks as t join ferry.runs as r on r.id = t.run_id
                 order by number limit 2
                """
            ).map { try $0[0].string() }
            #expect(waiting == ["t1 t source", "t2 source m t source"])
        }
    }

    @Test func `fails with an error of each table if it concerns all`() async throws {
        try await claimed { owner, worker, task in
            _ = try await worker.connection.query(
                "select ferry_state.fail_task(7, 1, $1, $2, true, 'c', 'source', 'm', 'h', null)",
                [.int(task.token), .int(worker.id)])

            #expect(
                try await shown(owner).prefix(2) == [
                    "t1 1 failed 0 0 c", "t2 1 failed 0 0 c",
                ])
        }
    }

    @Test func `is one event when it starts and one when it ends, which name all`() async throws {
        try await claimed { owner, worker, task in
            _ = try await worker.finish(run: 7, task: task)

            let events = try await owner.query(
                """
                select event || ' ' || (details ->> 'tables') || coalesce(details ->> 'rows', '')
                  from ferry.events where event like 'task%' order by id
                """
            ).map { try $0[0].string() }
            let tables = #"["public.t1", "public.t2"]"#
            #expect(events == ["task_started \(tables)", "task_done \(tables)20"])
        }
    }

    @Test func `gives each table its own files when all are done`() async throws {
        try await claimed { owner, worker, task in
            let run = try await owner.number("select token from ferry_state.runs")
            _ = try await worker.finish(run: 7, task: task)
            let half = try await statusLine(owner, run, worker)
            let other = try #require(try await worker.claimTask())
            _ = try await worker.finish(run: 7, task: other)

            #expect(half == "1 []")
            #expect(
                try await statusLine(owner, run, worker) == """
                    0 [["t1.csv", \(task.token)], ["t2.csv", \(task.token)], \
                    ["t3.csv", \(other.token)], ["t4.csv", \(other.token)]]
                    """)
        }
    }

    private func statusLine(
        _ owner: Connection, _ token: Int, _ worker: DutyWorker
    ) async throws -> String {
        try await owner.text(
            """
            select concat(s ->> 'unfinished', ' ', coalesce((
                       select jsonb_agg(jsonb_build_array(r -> 'files' -> 0 ->> 'name',
                                                          r -> 'token'))
                         from jsonb_array_elements(s -> 'reads') as r), '[]'))
              from (select ferry_state.run_status(7, $1, $2)::jsonb as s) as x
            """, [.int(Int64(token)), .int(worker.id)])
    }
}
