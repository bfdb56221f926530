import Foundation
import Manifests
import Postgres
import TestSupport
import Testing
import Values

@Suite("A run of many small tables", .timeLimit(.minutes(15)))
struct SmallTablesTests {
    /// Table `t01` has one row, `t02` two …
    private static let tables = """
        do $$
        begin
            for n in 1..40 loop
                execute format('create table t%1$s as
                    select %2$s as n, g from generate_series(1, %2$s) as g',
                    lpad(n::text, 2, '0'), n);
            end loop;
        end;
        $$;
        """

    private static let names =
        "["
        + (1...40).map { "\"t\($0 < 10 ? "0" : "")\($0)\"" }.joined(separator: ", ") + "]"

    @Test func `reads several in one task, and is one line and one file a table`() async throws {
        try await Scene.with(tables: Self.tables) { scene in
            _ = try scene.start("one")
            _ = try scene.start("two")
            try await scene.configure(tables: Self.names)

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let files = try scene.delivered.manifest(of: run).files
            #expect(files.map(\.rows) == (1...40).map { Int64($0) })
            #expect(files.first?.name == "t01.csv")
            for (number, file) in files.enumerated() {
                let lines = try scene.delivered.lines(
                    of: "public.\(file.table?.name ?? "")", run: run)
                #expect(lines.dropFirst().first == "\(number + 1),1")
            }
            let shown = try await scene.queue.texts(
                """
                select count(*) || ' lines, ' || count(distinct token) || ' tasks, '
                       || sum(rows) || ' rows, ' || string_agg(distinct state, ' ')
                  from ferry.run_tasks where run_id = $1
                """, [.int(run)])
            #expect(shown == ["40 lines, 8 tasks, 820 rows, done"])
            let events = try await scene.events(of: run)
            #expect(events.filter { $0 == "task_done" }.count == 8)
        }
    }

    @Test func `fails for one table by its name`() async throws {
        try await Scene.with(tables: Self.tables) { scene in
            try await scene.source.run(
                "alter table t03 add bad numeric(5, 2);"
                    + "update t03 set bad = 'NaN'")
            _ = try scene.start("worker")
            try await scene.configure(tables: Self.names, template: #"{"format": "parquet"}"#)
            let run = try await scene.run()

            try await scene.reaches("failed", run)

            #expect(try await scene.error(of: run).contains("table public.t03"))
            let lines = try await scene.queue.texts(
                """
                select table_name || ' ' || state from ferry.run_tasks
                 where run_id = $1 and error_message is not null
                """, [.int(run)])
            #expect(lines == ["t03 failed"])
        }
    }

    @Test func `survives the death of a worker amid a task`() async throws {
        try await Scene.with(tables: Self.tables) { scene in
            let dying = try scene.start("dying", failpoint: "task.copying@13", concurrency: 1)
            try await scene.configure(tables: Self.names)
            let run = try await scene.run()
            #expect(try await dying.end() == .signal(SIGKILL))
            _ = try scene.start("heir")

            try await scene.reaches("succeeded", run)

            let files = try scene.delivered.manifest(of: run).files
            #expect(files.map(\.rows) == (1...40).map { Int64($0) })
            try await nothingStaged(in: scene)
        }
    }
}
