import Foundation
import Manifests
import Postgres
import TestSupport
import Testing
import Values

@Suite("A delivery to another database", .timeLimit(.minutes(15)))
struct PostgresDeliveryTests {
    @Test func `fills tables with the source's values repeatedly`() async throws {
        try await TargetScene.with { place in
            _ = try place.start("one")
            _ = try place.start("two")
            try await place.configure(mode: "replace")

            for _ in 1...2 {
                let run = try await place.scene.run()
                try await place.scene.reaches("succeeded", run)
                try await place.expectSame(run)
            }

            #expect(try await place.target.number("select count(*) from crm.customers") == 3000)
            #expect(try await place.target.number("select count(*) from crm.no_columns") == 2)
            let location = try await place.scene.queue.texts(
                "select details->>'manifest' from ferry.events where event = 'run_succeeded'")
            #expect(location.count == 2)
            #expect(location[0].hasPrefix("schema crm; manifest in ferry_staging.deliveries, run "))
        }
    }

    @Test func `reads a large table in parts`() async throws {
        try await TargetScene.with(
            tables: """
                create table n (g int, x text) with (fillfactor = 10);
                insert into n select g, repeat('x', 800) from generate_series(1, 33000) g;
                """
        ) { place in
            _ = try place.start("one")
            _ = try place.start("two")
            try await place.configure(mode: "create", tables: #"["n"]"#)

            let run = try await place.scene.run()
            try await place.scene.reaches("succeeded", run)

            #expect(
                try await place.scene.queue.texts(
                    "select part || ' of ' || parts from ferry.run_tasks where run_id = \(run) "
                        + "order by 1") == ["1 of 4", "2 of 4", "3 of 4", "4 of 4"])
            #expect(
                try await place.target.text("select count(distinct g)::text from crm.n") == "33000")
            #expect(
                try await place.manifest(of: run).files.map(\.name) == ["n", "n~2", "n~3", "n~4"])
        }
    }

    @Test(arguments: [
        "run.before_open", "task.copying", "task.staged@3", "run.after_intent",
        "publish.before_commit", "publish.after_commit", "run.before_completion",
    ])
    func `is brought to the same end when its worker is killed`(at failpoint: String) async throws {
        try await TargetScene.with { place in
            try await place.target.run("create table crm.customers (id bigint, note text)")
            let victim = try place.start("victim", failpoint: failpoint)
            async let started = {
                try await place.configure(mode: "replace")
                return try await place.scene.run()
            }()
            #expect(try await victim.end() == .signal(SIGKILL))

            _ = try place.start("heir")
            let run = try await started
            try await place.scene.reaches("succeeded", run)

            try await place.expectSame(run)
        }
    }

    @Test func `fails with the reason when the target refuses it, and changes nothing`()
        async throws
    {
        try await TargetScene.with { place in
            try await place.target.run(
                """
                create table crm.customers (id bigint); insert into crm.customers values (1);
                create view public.used as select id from crm.customers
                """)
            _ = try place.start("worker")
            try await place.configure(mode: "replace")

            let run = try await place.scene.run()
            try await place.scene.reaches("failed", run)

            #expect(
                try await place.scene.error(of: run).contains(
                    "view public.used depends on table crm.customers"))
            #expect(try await place.target.number("select count(*) from crm.customers") == 1)
            #expect(
                try await place.target.number(
                    "select count(*) from pg_class "
                        + "where relnamespace = 'crm'::regnamespace and relkind = 'r'") == 1)

            try await place.target.run("drop view public.used")
            let again = try await place.scene.run()
            try await place.scene.reaches("succeeded", again)
            try await place.expectSame(again)
        }
    }

    @Test func `fails before it is published when a constraint would refuse its rows`()
        async throws
    {
        try await TargetScene.with(
            tables: "create table doubles as select 1 as n from generate_series(1, 2)"
        ) {
            place in
            try await place.target.run(
                "create table crm.doubles (n int unique); insert into crm.doubles values (7)")
            _ = try place.start("worker")
            try await place.configure(mode: "truncate", tables: #"["doubles"]"#)

            let run = try await place.scene.run()
            try await place.scene.reaches("failed", run)

            let reported = try await place.scene.error(of: run)
            #expect(reported.hasPrefix("destination_refused: "), "\(reported)")
            #expect(reported.contains("unique constraint \"doubles_n_key\""), "\(reported)")
            #expect(try await !place.scene.events(of: run).contains("run_publishing"))
            #expect(
                try await place.target.text("select string_agg(n::text, ' ') from crm.doubles")
                    == "7")

            try await place.target.run("alter table crm.doubles drop constraint doubles_n_key")
            let again = try await place.scene.run()
            try await place.scene.reaches("succeeded", again)
        }
    }

    @Test func `takes tables, and other destinations take files`() async throws {
        try await TargetScene.with { place in
            _ = try place.start("worker")
            try await place.configure(mode: "create")
            try await place.scene.apply(
                "create_destination",
                """
                {"name": "lake", "kind": "directory",
                 "settings": {"path": "\(place.scene.destination)"}}
                """)

            let file = try await place.scene.outcome(
                of: "create_data_template",
                #"{"destination": "dw", "name": "csv", "settings": {"format": "csv"}}"#)
            let table = try await place.scene.outcome(
                of: "create_data_template",
                #"{"destination": "lake", "name": "t", "settings": {"format": "table"}}"#)

            #expect(file.state == "rejected" && file.code == "invalid_settings")
            #expect(
                file.message?.contains(
                    "\"format\" must be \"table\" for a destination of the kind \"postgres\"")
                    == true)
            #expect(
                table.message?.contains(
                    "must be a file format for a destination of the kind \"directory\"") == true)
        }
    }
}

/// A scene whose deliveries go to a database.
struct TargetScene: Sendable {
    let scene: Scene
    let target: Console

    /// A scene with a target database, which workers know as test_target.
    static func with(
        tables: String? = nil, _ body: @Sendable (TargetScene) async throws -> Void
    ) async throws {
        try await Scene.with(tables: tables) { scene in
            try await TestDatabase.withEmpty { database in
                let target = Console(database.url)
                try await target.run("create schema crm")
                try await body(TargetScene(scene: scene, target: target))
                await target.close()
            }
        }
    }

    func start(_ name: String, failpoint: String? = nil) throws -> WorkerProcess {
        try scene.start(
            name, failpoint: failpoint,
            environment: [
                "FERRY_CREDENTIAL_TEST_TARGET": target.url + " password='\(Scene.password)'"
            ])
    }

    func configure(mode: String, tables: String = "\"all\"") async throws {
        try await scene.apply(
            "register_database", #"{"name": "crm", "credential": "test_source"}"#)
        try await scene.apply(
            "create_destination",
            """
            {"name": "dw", "kind": "postgres",
             "settings": {"credential": "test_target", "schema": "crm"}}
            """)
        try await scene.apply(
            "create_data_template",
            """
            {"destination": "dw", "name": "rows",
             "settings": {"format": "table", "mode": "\(mode)"}}
            """)
        try await scene.apply(
            "create_data_export",
            #"{"name": "Daily customers", "database": "crm", "tables": \#(tables)}"#)
        try await scene.apply("activate_data_export", #"{"name": "Daily customers"}"#)
        try await scene.apply(
            "add_orchestration",
            """
            {"data_export": "Daily customers", "destination": "dw", "data_template": "rows"}
            """)
    }

    func manifest(of run: Int64) async throws -> Manifest {
        let text = try await target.text(
            "select manifest from ferry_staging.deliveries where run = $1", [.int(run)])
        return try Manifest(decoding: Array((text ?? "").utf8))
    }

    /// Expects the tables of the source in the target, one record of the run, and nothing staged.
    func expectSame(_ run: Int64) async throws {
        let manifest = try await manifest(of: run)
        #expect(manifest.files.count == 5)
        for file in manifest.files {
            let table = try #require(file.table)
            let name = quoteIdentifier(table.name)
            let rows = "select coalesce(md5(string_agg(r::text, '|' order by r::text)), '') from "
            let source = try await scene.source.text(
                rows + "\(quoteIdentifier(table.schema)).\(name) as r")
            #expect(try await target.text(rows + "crm.\(name) as r") == source, "\(table)")
            #expect(
                try await target.number("select count(*) from crm.\(name)") == Int(file.rows))
        }
        #expect(
            try await target.number(
                "select count(*) from ferry_staging.deliveries where run = $1", [.int(run)]) == 1)
        try await eventually("nothing is staged") {
            try await target.number("select count(*) from ferry_staging.staged_tables") == 0
        }
        #expect(
            try await target.number(
                "select count(*) from pg_class where relnamespace = 'ferry_staging'::regnamespace "
                    + "and relkind = 'r'") == 2)
        #expect(
            try await scene.queue.number(
                """
                select count(*) from ferry.events as e
                 where e::text like '%' || $1 || '%'
                """, [.text(Scene.password)]) == 0)
    }
}
