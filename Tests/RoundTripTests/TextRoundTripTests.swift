import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("A delivery of text", .timeLimit(.minutes(15)))
struct TextRoundTripTests {
    struct Template: Sendable {
        let settings: String
        /// The dialect of Python's `csv` reader; none for JSON.
        var dialect = "{}"
        /// What that reader gives for null.
        var null = ""
    }

    static let templates = [
        Template(settings: #"{"format": "tsv"}"#, dialect: #"{"delimiter": "\t"}"#),
        Template(
            settings: """
                {"format": "psv", "quote": "non_null", "escape": "backslash", "null_text": "NIL"}
                """,
            dialect: #"{"delimiter": "|", "escapechar": "\\", "doublequote": false}"#,
            null: "NIL"),
        Template(
            settings: """
                {"format": "delimited", "delimiter": "\\u0001", "escape": "backslash"}
                """,
            dialect: #"{"delimiter": "\u0001", "escapechar": "\\", "doublequote": false}"#),
        Template(settings: #"{"quote": "all", "null_text": "∅"}"#, null: "∅"),
        Template(
            settings: """
                {"quote": "non_numeric", "line_ending": "CRLF", "row_number": true,
                 "compression": "zstd"}
                """),
        Template(
            settings: """
                {"format": "delimited", "delimiter": "→", "line_ending": "CRLF",
                 "null_text": "\\\\N"}
                """,
            dialect: #"{"delimiter": "→"}"#, null: #"\N"#),
        // Readers without a word for null take the escape out of it.
        Template(
            settings: """
                {"format": "tsv", "quote": "none", "escape": "backslash", "null_text": "\\\\N"}
                """,
            dialect: #"{"delimiter": "\t", "quoting": 3, "escapechar": "\\"}"#, null: "N"),
        Template(settings: #"{"format": "ndjson", "compression": "gzip"}"#),
        Template(settings: #"{"format": "json", "compression": "zstd"}"#),
    ]

    @Test func `has the source's values for every reader`() async throws {
        try await Delivering.with { scene in
            try await scene.source.run(OddTables.script + "set search_path = pg_catalog")
            let expected = try await Expectation(scene.folder + "/expected.json", scene)

            let folders = try await scene.deliver(all: Self.templates.map(\.settings))

            for (template, folder) in zip(Self.templates, folders) {
                let differences = try await TextReader.differences(
                    folder, from: expected.path, dialect: template.dialect, null: template.null)
                #expect(differences == [], "\(template.settings)")
                let report = try verify(manifestAt: folder + "/manifest.json")
                #expect(report.findings == [], "\(template.settings)")
            }
        }
    }

    @Test func `is refused when a table cannot be written as set`() async throws {
        try await Delivering.with { scene in
            try await scene.source.run("create table t (id int, n text); insert into t values (1)")

            let taken = await #expect(throws: NotDelivered.self) {
                try await scene.deliver(#"{"row_number": "n"}"#)
            }

            #expect(
                taken?.reason.hasPrefix("invalid_settings: table \"t\" already has a ")
                    == true)
        }
    }

    @Test func `fails at a value that cannot be written as set`() async throws {
        try await Delivering.with { scene in
            try await scene.source.run(
                "create table t (n text); insert into t values ('a'), ('b,')")

            let failed = await #expect(throws: NotDelivered.self) {
                try await scene.deliver(#"{"quote": "none"}"#)
            }

            #expect(failed?.reason.contains("invalid_settings") == true)
            #expect(failed?.reason.contains("column \"n\" of row 2") == true)
        }
    }
}
