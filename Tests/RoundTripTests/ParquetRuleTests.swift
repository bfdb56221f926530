import Formats
import Foundation
import Manifests
import Postgres
import Testing

@Suite("What Parquet cannot hold", .timeLimit(.minutes(15)))
struct ParquetRuleTests {
    @Test(arguments: [
        ("numeric(5,2)", "'NaN'", "NaN", "a Parquet DECIMAL(5, 2)"),
        ("numeric(20,2)", "'NaN'", "NaN", "a Parquet DECIMAL(20, 2)"),
        ("date", "'infinity'", "infinity", "a Parquet DATE"),
        ("date", "'-infinity'", "-infinity", "a Parquet DATE"),
        ("timestamp", "'infinity'", "infinity", "a Parquet TIMESTAMP"),
        ("timestamptz", "'-infinity'", "-infinity", "a Parquet TIMESTAMP"),
        (
            "timestamptz", "'294247-01-10 04:00:54.775808+00'",
            "a time after 294247-01-10 04:00:54.775807 UTC", "a Parquet TIMESTAMP"
        ),
        ("time", "'24:00'", "24:00:00", "a Parquet TIME"),
        ("int[]", "'{{1,2},{3,4}}'", "an array of 2 dimensions", "a Parquet LIST"),
        ("int[]", "'[0:1]={1,2}'", "an array that begins at 0", "a Parquet LIST"),
        ("point[]", "array[array[point '(1,2)']]", "an array of 2 dimensions", "a Parquet LIST"),
        ("numeric(5,2)[]", "'{1,NaN}'", "NaN", "a Parquet DECIMAL(5, 2)"),
    ])
    func `fails with the column, the value and the way out`(
        _ type: String, _ value: String, _ reported: String, _ target: String
    ) async throws {
        try await ParquetScene.with { scene in
            try await scene.source.run(
                "create table t (fine int, \"od\u{202e}d\" \(type));"
                    + "insert into t values (1, null), (2, \(value))")

            let error = await #expect(throws: UnrepresentableValue.self) {
                try await scene.write()
            }

            #expect(
                error?.description.hasPrefix(
                    "column \"od\\u{202e}d\" contains \(reported), which \(target) cannot "
                        + "represent: "
                        + "choose the format csv or ndjson, or make the column ") == true,
                "\(String(describing: error))")
        }
    }

    @Test func `fails the run, and nothing is delivered`() async throws {
        try await Delivering.with { scene in
            try await scene.source.run(
                "create table t (day date); insert into t values ('infinity')")

            let error = await #expect(throws: NotDelivered.self) {
                try await scene.deliver(#"{"format": "parquet"}"#)
            }

            #expect(
                error?.reason.hasPrefix(
                    "unrepresentable_value: table public.t: column \"day\" contains infinity")
                    == true)
        }
    }
}

@Suite("A delivery in Parquet", .timeLimit(.minutes(15)))
struct ParquetDeliveryTests {
    @Test(arguments: ["{}", #"{"compression": "gzip"}"#, #"{"compression": "none"}"#])
    func `is verified by its bytes and by the row counts of its files`(
        _ more: String
    ) async throws {
        try await Delivering.with { scene in
            try await scene.source.run(
                "create table t as select g as id, g % 7 as n from generate_series(1, 30000) g;"
                    + "create table none (id int)")

            let settings = more.replacing("{", with: #"{"format": "parquet""#)
                .replacing("\"parquet\"\"", with: "\"parquet\", \"")
            let delivery = try await scene.deliver(settings)

            let path = delivery + "/manifest.json"
            var report = try verify(manifestAt: path)
            #expect(report.findings.isEmpty)
            #expect(report.manifest.files.map(\.name) == ["none.parquet", "t.parquet"])
            #expect(report.manifest.files.map(\.rows) == [0, 30_000])

            let text = try String(contentsOfFile: path, encoding: .utf8)
                .replacing("\"rows\" : 30000", with: "\"rows\" : 29999")
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            report = try verify(manifestAt: path)
            #expect(
                report.findings.map(\.description)
                    == ["wrong rows: t.parquet has 30000, the manifest says 29999"])
        }
    }
}
