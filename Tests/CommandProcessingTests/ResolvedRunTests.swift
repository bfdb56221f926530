import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("A failed run that is resolved", .timeLimit(.minutes(15)))
struct ResolvedRunTests {
    @Test func `shows the run that resolves it, and that shows how`() async throws {
        try await withFailedRun { scene, run in
            let retry = try await scene.send("retry_run", ["run": .int(run)])
            try await scene.processor().drain()

            #expect(try await scene.status(retry) == .applied)
            let shown = """
                select concat_ws(' ', state, 'resolves', resolves, resolution, 'by', resolved_by,
                                 skipped_tables)
                  from ferry.runs where id = $1
                """
            #expect(try await scene.texts(shown, [.int(run)]) == ["failed resolves by \(retry)"])
            #expect(
                try await scene.texts(shown, [.int(retry)])
                    == ["queued resolves \(run) retry by"])
            #expect(try await scene.events(retry) == ["run_queued", "run_resolved"])
            #expect(
                try await scene.count(
                    """
                    select count(*) from ferry_state.runs as old join ferry_state.runs as new
                        on new.inputs = old.inputs
                       and new.data_export_version = old.data_export_version
                     where old.id = \(run) and new.id = \(retry)
                    """) == 1)

            try await scene.fail(retry)
            let skip = try await scene.send("skip_task", ["run": .int(retry), "table": "a"])
            try await scene.processor().drain()
            #expect(
                try await scene.texts(shown, [.int(skip)])
                    == ["queued resolves \(retry) skip_task by [\"public.a\"]"])
        }
    }

    @Test func `is resolved once, in one batch or by several workers at once`() async throws {
        try await withFailedRun { scene, run in
            var sent: [Int64] = []
            for _ in 1...4 { sent.append(try await scene.send("retry_run", ["run": .int(run)])) }
            sent.append(try await scene.send("restart_run", ["run": .int(run)]))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...3 {
                    group.addTask { try await scene.processor(batchMax: 1).drain() }
                }
                try await group.waitForAll()
            }
            try await scene.processor().drain()

            #expect(try await scene.status(sent[0]) == .applied)
            for id in sent.dropFirst() {
                #expect(try await scene.status(id).code == "run_resolved")
            }
            #expect(
                try await scene.count(
                    "select count(*) from ferry.runs where resolves = \(run)") == 1)
        }
    }

    @Test func `is retried without its orchestration, and restarted only with it`() async throws {
        try await withFailedRun { scene, run in
            try await scene.send("delete_orchestration", ["name": "Daily"])
            let restart = try await scene.send("restart_run", ["run": .int(run)])
            try await scene.processor().drain()
            let retry = try await scene.send("retry_run", ["run": .int(run)])
            try await scene.processor().drain()

            let refusal = try await scene.status(restart)
            #expect(refusal.code == "not_found")
            #expect(
                refusal.message
                    == "orchestration \"Daily\" of run \(run) no longer exists")
            #expect(try await scene.status(retry) == .applied)
        }
    }

    @Test func `keeps its destination from being deleted while it is sent again`() async throws {
        try await withFailedRun { scene, run in
            for (name, arguments): (String, JSONValue) in [
                ("delete_orchestration", ["name": "Daily"]),
                ("delete_data_template", ["destination": "CRM", "name": "plain"]),
                ("retry_run", ["run": .int(run)]),
            ] {
                try await scene.send(name, arguments)
            }
            try await scene.processor().drain()

            let delete = try await scene.send("delete_destination", ["name": "CRM"])
            try await scene.processor().drain()

            #expect(try await scene.status(delete).code == "run_in_progress")
        }
    }

    @Test func `of all tables is sent again without one that it had`() async throws {
        try await withFailedRun(tables: "all") { scene, run in
            try await scene.admin.execute(
                """
                insert into ferry_state.run_tasks (run_id, number, run_token, rows_estimated)
                values ($1, 1, 1, 0)
                """, [.int(run)])
            try await scene.admin.execute(
                """
                insert into ferry_state.run_reads (run_id, number, task, table_schema, table_name,
                       part, parts, file, source, columns, rows_estimated)
                select $1, n, 1, 'public', t, 1, 1, t, t, '[]', 0
                  from (values (1, 'a'), (2, 'b')) as tables (n, t)
                """, [.int(run)])

            let wrong = try await scene.send("skip_task", ["run": .int(run), "table": "x"])
            let right = try await scene.send("skip_task", ["run": .int(run), "table": "b"])
            try await scene.processor().drain()

            #expect(try await scene.status(wrong).code == "table_not_in_run")
            #expect(try await scene.status(right) == .applied)
            #expect(
                try await scene.texts(
                    "select skipped_tables::text from ferry.runs where id = \(right)")
                    == ["[\"public.b\"]"])
        }
    }

    /// Of the tables a and b of "Shop", or others.
    private func withFailedRun(
        tables: JSONValue = ["a", "b"], _ body: (CommandScene, Int64) async throws -> Void
    ) async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            let steps: [(String, JSONValue)] = [
                ("create_data_export", ["name": "Daily", "database": "Shop", "tables": tables]),
                ("activate_data_export", ["name": "Daily"]),
                (
                    "add_orchestration",
                    ["data_export": "Daily", "destination": "CRM", "data_template": "plain"]
                ),
            ]
            for (name, arguments) in steps { try await scene.send(name, arguments) }
            let run = try await scene.send("run_orchestration", ["name": "Daily"])
            try await scene.processor().drain()
            try await scene.fail(run)
            try await body(scene, run)
        }
    }
}

extension CommandScene {
    /// As a worker does that cannot carry out a run.
    fileprivate func fail(_ run: Int64) async throws {
        try await admin.execute(
            """
            update ferry_state.runs set state = 'failed', finished_at = now(), error_code = 'x',
                   error_origin = 'source', error_message = 'm'
             where id = $1
            """, [.int(run)])
    }
}
