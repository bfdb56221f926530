import Crypto
import Foundation
import Manifests
import Postgres
import TestSupport
import Testing
import Values

@Suite("A run of tables with settings", .timeLimit(.minutes(15)))
struct TableSettingsTests {
    private static let people = """
        create table people (id int not null, name text, card text, country text);
        insert into people values
            (1, 'Sekrit One', '4111111111111234', 'CH'), (2, 'Sekrit Two', null, 'CH'),
            (3, 'Sekrit Three', '5500000000005678', 'DE'), (4, null, '340000000000009', 'CH');
        """
    private static let settings = """
        {"columns": ["card", "country", "id", "name"], "filter": "country = 'CH' and id < 9",
         "mask": {"name": "hash", "card": {"keep_last": 4}}, "rows": {"minimum": 3, "maximum": 3}}
        """

    private func configure(_ scene: Scene, template: String = #"{"format": "csv"}"#) async throws {
        _ = try scene.start("worker")
        try await scene.configure(tables: #"["people"]"#, template: template)
    }

    @Test func `sends the columns and rows that were chosen, and hides what is masked`()
        async throws
    {
        try await Scene.with(tables: Self.people) { scene in
            try await configure(
                scene, template: #"{"format": "csv", "compression": "none", "quote": "minimal"}"#)
            try await scene.set("people", Self.settings)

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let hashes = ["Sekrit One", "Sekrit Two"].map(Delivered.sha256)
            #expect(
                try scene.delivered.lines(of: "public.people", run: run) == [
                    "card,country,id,name", "************1234,CH,1,\(hashes[0])",
                    ",CH,2,\(hashes[1])", "***********0009,CH,4,",
                ])
            let columns = try scene.delivered.manifest(of: run).files[0].columns
            #expect(columns.map(\.type) == ["text", "text", "integer", "text"])
            #expect(columns.map(\.masked) == ["keep_last", nil, nil, "hash"])
            #expect(try scene.delivered.manifest(of: run).warnings == [])
            for secret in ["Sekrit", "411111", "340000", "550000"] {
                try await scene.isNowhere(secret)
            }
            let kept = try await scene.queue.text(
                """
                select table_settings -> 'public.people' ->> 'filter'
                  from ferry.data_export_versions where version = 2
                """)
            #expect(kept == "country = 'CH' and id < 9")
        }
    }

    @Test(arguments: ["parquet", "ndjson", "json"])
    func `hides what is masked in every format`(_ format: String) async throws {
        try await Scene.with(tables: Self.people) { scene in
            try await configure(scene, template: #"{"format": "\#(format)"}"#)
            try await scene.set("people", Self.settings)

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let file = try #require(scene.delivered.visible.first { $0.contains("people") })
            let read = try TestPython.lines(
                of: Self.reader, at: scene.folder + "/reader.py",
                [scene.delivered.path + "/" + file, format])
            #expect(
                read == [
                    "************1234 CH 1 \(Delivered.sha256("Sekrit One"))",
                    "None CH 2 \(Delivered.sha256("Sekrit Two"))",
                    "***********0009 CH 4 None",
                ])
            try await scene.isNowhere("Sekrit")
        }
    }

    private static let reader = """
        import json, sys
        path, format = sys.argv[1:]
        if format == "parquet":
            import pyarrow.parquet
            rows = pyarrow.parquet.read_table(path).to_pylist()
        else:
            import gzip
            text = (gzip.open if path.endswith(".gz") else open)(path, "rt").read()
            rows = json.loads(text) if format == "json" else map(json.loads, text.splitlines())
        for row in rows:
            print(row["card"], row["country"], row["id"], row["name"])
        """

    @Test func `fails before anything is sent when a table has too few rows`() async throws {
        try await Scene.with(tables: Self.people) { scene in
            try await configure(scene)
            try await scene.set("people", #"{"rows": {"minimum": 5}}"#)

            let run = try await scene.run()
            try await scene.reaches("failed", run)

            #expect(
                try await scene.error(of: run)
                    == "rows_out_of_range: table \"public.people\": 4 rows, "
                    + "below the minimum 5: nothing was delivered")
            #expect(scene.delivered.visible == [])
            try await nothingStaged(in: scene)
            #expect(try await !scene.events(of: run).contains("run_retrying"))
        }
    }

    @Test func `continues with a warning where that was chosen`() async throws {
        try await Scene.with(tables: Self.people) { scene in
            try await configure(scene)
            try await scene.set(
                "people", #"{"filter": "id > 1", "rows": {"maximum": 2, "otherwise": "warn"}}"#)

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let warning = try #require(scene.delivered.manifest(of: run).warnings.first)
            #expect(warning.code == "rows_out_of_range")
            #expect(warning.table == TableName(schema: "public", name: "people"))
            #expect(warning.rows == 3 && warning.maximum == 2 && warning.minimum == nil)
            #expect(warning.message == "table \"public.people\": 3 rows, above the maximum 2")
            let event = try await scene.queue.text(
                "select details::text from ferry.events where run_id = $1 and event = 'run_warned'",
                [.int(run)])
            #expect(
                event == #"{"code": "rows_out_of_range", "rows": 3, "table": "public.people", "#
                    + #""maximum": 2}"#)
            let shown = try await scene.queue.text(
                "select warnings -> 0 ->> 'message' from ferry.runs where id = $1", [.int(run)])
            #expect(shown == warning.message)
        }
    }

    @Test func `fails when a column is gone, naming it and the way out`() async throws {
        try await Scene.with(tables: Self.people) { scene in
            try await configure(scene)
            try await scene.set("people", Self.settings)
            try await scene.source.run("alter table people drop column card")

            let run = try await scene.run()
            try await scene.reaches("failed", run)

            #expect(
                try await scene.error(of: run).hasSuffix("table public.people has no column card"))
            #expect(try await scene.error(of: run).hasPrefix("columns_missing: "))
        }
    }

    @Test func `does not show the value that a filter failed on`() async throws {
        try await Scene.with(tables: Self.people) { scene in
            try await configure(scene)
            try await scene.set("people", #"{"filter": "name::pg_catalog.int4 > 1"}"#)

            let run = try await scene.run()
            try await scene.reaches("failed", run)

            let error = try await scene.error(of: run)
            #expect(error.hasPrefix("table_settings_failed: "))
            #expect(error.hasSuffix("its filter or a mask failed on a row (SQLSTATE 22P02)"))
            let plan = try await scene.outcome(of: "plan_run", #"{"name": "Daily customers"}"#)
            #expect(plan.code == "plan_failed")
            try await scene.isNowhere("Sekrit")
        }
    }

    @Test func `is not activated while the source refuses its filter`() async throws {
        try await Scene.with(tables: Self.people) { scene in
            try await configure(scene)
            try await scene.apply(
                "edit_table",
                """
                {"name": "Daily customers", "table": "people", "settings": {"filter": "nosuch > 1"}}
                """)

            let outcome = try await scene.outcome(
                of: "activate_data_export", #"{"name": "Daily customers"}"#)

            #expect(outcome.code == "invalid_table_settings")
            #expect(
                outcome.message?.hasPrefix(
                    "cannot activate \"Daily customers\": table public.people: the source rejects "
                        + "its filter or a mask: column \"nosuch\" does not exist") == true)
        }
    }
}

extension Scene {
    /// Edits a table of the export and activates that.
    fileprivate func set(_ table: String, _ settings: String) async throws {
        try await apply(
            "edit_table",
            #"{"name": "Daily customers", "table": "\#(table)", "settings": \#(settings)}"#)
        try await apply("activate_data_export", #"{"name": "Daily customers"}"#)
    }

    /// That neither the queue's database nor any file of this scene holds a value.
    fileprivate func isNowhere(_ value: String) async throws {
        let tables = try await queue.texts(
            """
            select format('%I.%I', schemaname, tablename) from pg_tables
             where schemaname in ('ferry', 'ferry_state')
            """)
        #expect(tables.count > 10)
        for table in tables {
            let rows = try await queue.texts(
                "select t::text from \(table) as t where position($1 in t::text) > 0",
                [.text(value)])
            #expect(rows == [], "in \(table)")
        }
        for name in delivered.visible {
            let bytes = FileManager.default.contents(atPath: delivered.path + "/" + name) ?? Data()
            #expect(bytes.firstRange(of: Data(value.utf8)) == nil, "in \(name)")
        }
    }
}

extension Delivered {
    fileprivate static func sha256(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }
}
