import Formats
import Foundation
import Manifests
import Postgres
import TestSupport
import Testing
import Values

@Suite("A table that changes while a run reads", .timeLimit(.minutes(15)))
struct ChangingTablesTests {
    @Test(arguments: [
        ("truncate public.customers", 0),
        ("alter table public.customers alter column id type text", 3000),
    ])
    func `is read as it was or as it became, never as empty by accident`(
        whenAnotherSays change: String, rowsAfterwards: Int64
    ) async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            // One at a time, the largest first: the other table's turn comes after the held one.
            _ = try scene.start("worker", concurrency: 1)
            try await scene.configure(tables: #"["held", "customers"]"#)
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)

            let other = try await scene.source.another()
            let changed = Task { try await other.run(change) }
            try await waits(other, for: change, in: scene)
            await held.open()
            try await scene.reaches("succeeded", run)

            // Its reader would come after the change that waits, which waits for the run: so the
            // run yields, and everything is read again.
            let file = try scene.delivered.manifest().files.first { $0.table?.name == "customers" }
            #expect(file?.rows == rowsAfterwards)
            let events = try await scene.events(of: run)
            #expect(events.filter { $0 == "snapshot_taken" }.count == 2)
            let reasons = try await scene.queue.texts(
                "select details ->> 'code' from ferry.events where event = 'run_retrying'")
            #expect(reasons == ["table_change_waits"])
            try await changed.value
            await other.close()
        }
    }

    @Test func `blocks changes while it is being read`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            _ = try scene.start("worker", concurrency: 1)
            try await scene.configure(tables: #"["held", "customers"]"#)
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)

            let other = try await scene.source.another()
            let changed = Task { try await other.run("truncate public.held") }
            try await waits(other, for: "truncate public.held", in: scene)
            await held.open()
            try await scene.reaches("succeeded", run)

            let rows = try scene.delivered.manifest().files.map(\.rows)
            #expect(rows.sorted() == [3000, Int64(HeldTable.rows)])
            try await changed.value
            await other.close()
        }
    }

    /// Waits until the statement waits for a lock. Without the run's lock it never does.
    private func waits(
        _ other: Connection, for statement: String, in scene: Scene
    ) async throws {
        try await eventually("\(statement) waits for the run") {
            try await scene.source.number(
                """
                select count(*) from pg_stat_activity
                 where pid = $1 and query = $2 and wait_event_type = 'Lock'
                """, [.int(Int64(other.serverProcessID)), .text(statement)]) == 1
        }
    }

    @Test func `fails the run, by name, when it was dropped before`() async throws {
        try await Scene.with(tables: "create table public.gone (id int)") { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["gone", "customers"]"#)
            try await scene.source.run("drop table public.gone")

            let run = try await scene.run()
            try await scene.reaches("failed", run)

            let error = try await scene.error(of: run)
            #expect(error.hasSuffix("tables missing in database \"crm\": public.gone"))
            #expect(scene.delivered.visible == [])
            try await nothingStaged(in: scene)
        }
    }

    @Test func `is exported although it is newer than the export of all tables`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure()
            try await scene.source.run(
                "create table public.newer as select g as id from generate_series(1, 7) as g")

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let file = try scene.delivered.manifest().files.first { $0.table?.name == "newer" }
            #expect(file?.rows == 7)
        }
    }
}

@Suite("The tables of one run", .timeLimit(.minutes(15)))
struct OneSnapshotTests {
    @Test func `are read from one snapshot, whichever workers read them`() async throws {
        try await Scene.with(tables: Self.accounts) { scene in
            for name in ["first", "second"] { _ = try scene.start(name, concurrency: 2) }
            try await scene.configure(tables: #"["a", "b", "c", "d"]"#)
            let writer = Task { try await Self.moveAmounts(in: scene.source) }

            for _ in 1...3 {
                let run = try await scene.run()
                try await scene.reaches("succeeded", run)

                var sum = 0
                for table in ["a", "b", "c", "d"] {
                    for line in try scene.delivered.lines(of: "public.\(table)", run: run)
                        .dropFirst()
                    {
                        sum += line.split(separator: ",").last.flatMap { Int($0) } ?? 0
                    }
                }
                #expect(sum == 4 * 2000 * 100)
            }
            writer.cancel()
            _ = try? await writer.value
        }
    }

    private static let accounts = ["a", "b", "c", "d"].map {
        """
        create table public.\($0) (id integer primary key, amount integer not null);
        insert into public.\($0) select g, 100 from generate_series(1, 2000) as g;
        """
    }.joined(separator: "\n")

    /// Moves amounts between the tables, in a transaction each, until cancelled.
    private static func moveAmounts(in source: Console) async throws {
        let connection = try await source.another()
        let tables = ["a", "b", "c", "d"]
        var move = 0
        while !Task.isCancelled {
            move += 1
            try await connection.run(
                """
                begin;
                update public.\(tables[move % 4]) set amount = amount - 1
                 where id = \(move % 2000 + 1);
                update public.\(tables[(move / 4 + move + 1) % 4]) set amount = amount + 1
                 where id = \(move * 7 % 2000 + 1);
                commit
                """)
        }
        await connection.close()
    }
}
