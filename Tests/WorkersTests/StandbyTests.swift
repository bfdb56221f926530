import Foundation
import Manifests
import Postgres
import PrivateServer
import TestSupport
import Testing

@Suite("A run that reads a hot standby", .timeLimit(.minutes(15)))
struct StandbyTests {
    /// Gives the body a scene whose source is a standby, and a connection to its primary.
    private func with(
        settings: [String: String] = [:], _ body: @Sendable (Scene, Console) async throws -> Void
    ) async throws {
        let primary = try await PrivateServer.start(
            settings: ["wal_level": "replica", "max_wal_senders": "4"])
        do {
            let administrator = Console(primary.url(database: "postgres"))
            try await administrator.query("create database source")
            await administrator.close()
            let console = Console(primary.url(database: "source"))
            try await console.run(SampleTables.script)
            try await console.run(
                """
                create table public.large as
                select g, repeat('x', 90) as x from generate_series(1, 4000) as g
                """)
            let standby = try await PrivateServer.startStandby(of: primary, settings: settings)
            do {
                try await TestDatabase.withSchema { queue in
                    let scene = try Scene(
                        queue: queue.url, source: standby.url(database: "source"))
                    try await scene.play { try await body($0, console) }
                }
                await standby.stop()
            } catch {
                await standby.stop()
                throw error
            }
            await console.close()
            await primary.stop()
        } catch {
            await primary.stop()
            throw error
        }
    }

    @Test func `delivers what the primary holds`() async throws {
        try await with { scene, _ in
            _ = try scene.start("one")
            _ = try scene.start("two")
            try await scene.configure()

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            #expect(
                try await scene.source.text("select pg_is_in_recovery()::text") == "true")
            let rows = try scene.delivered.manifest().files.map(\.rows).sorted()
            #expect(rows == [0, 2, 500, 999, 3000, 4000])
        }
    }

    @Test func `is not delivered onto the tables of its primary`() async throws {
        try await with { scene, primary in
            try scene.give("test_primary", primary.url)
            // Another database of the same cluster is another place.
            try await primary.run("create database elsewhere")
            try scene.give(
                "test_elsewhere",
                primary.url.replacing("dbname='source'", with: "dbname='elsewhere'"))
            _ = try scene.start("worker")
            try await scene.configure(
                kind: "postgres", settings: #"{"credential": "test_primary", "schema": "public"}"#,
                tables: #"["large"]"#, template: #"{"format": "table", "mode": "replace"}"#)

            let run = try await scene.run()
            try await scene.reaches("failed", run)

            let reported = try await scene.error(of: run)
            #expect(reported.contains("rows are read from, through a standby"), "\(reported)")
            #expect(try await primary.number("select count(*) from public.large") == 4000)
            try await scene.apply(
                "edit_destination",
                """
                {"name": "lake", "settings": {"credential": "test_elsewhere", "schema": "public"}}
                """)
            let other = try await scene.run()
            try await scene.reaches("succeeded", other)
        }
    }

    @Test func `is retried, with the reason, when the standby had to apply a change`()
        async throws
    {
        try await with(settings: ["max_standby_streaming_delay": "0"]) { scene, primary in
            _ = try scene.start("worker")
            try await scene.configure(
                tables: #"["large"]"#,
                template: #"{"format": "csv", "limits": {"bytes_per_second": 1000}}"#)
            let run = try await scene.run()
            try await eventually(within: .seconds(60), "the table is being read") {
                try await scene.queue.number(
                    "select coalesce(max(bytes), 0) from ferry.run_tasks") > 0
            }

            try await primary.run("delete from public.large where g % 2 = 0")
            try await primary.run("vacuum public.large")

            try await eventually(within: .seconds(60), "the run is to be tried again") {
                try await scene.events(of: run).contains("run_retrying")
            }
            let event = try await scene.queue.query(
                """
                select details ->> 'code', details ->> 'hint', details ->> 'attempt',
                       details ->> 'retry_at'
                  from ferry.events where event = 'run_retrying' and run_id = $1
                """, [.int(run)])[0]
            #expect(try event[0].string() == "source_unavailable")
            #expect(try event[1].string().contains("hot_standby_feedback"))
            #expect(try event[1].string().contains("max_standby_streaming_delay"))
            #expect(try event[2].string() == "1")
            #expect(!event[3].isNull)
            #expect(scene.delivered.visible == [])
        }
    }
}
