import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A delivery in CSV", .timeLimit(.minutes(15)))
struct CSVRoundTripTests {
    static let templates = [
        Template(settings: "{}", nullText: "", read: ""),
        Template(settings: #"{"compression": "gzip"}"#, nullText: "", read: ""),
        Template(
            settings: #"{"null_text": "∅", "quote": "non_null"}"#, nullText: "∅",
            read: ", null '∅'"),
        Template(settings: #"{"null_text": "\\N"}"#, nullText: #"\N"#, read: #", null '\N'"#),
    ]

    struct Template: Sendable {
        let settings: String
        let nullText: String
        /// The options of COPY FROM to read it.
        let read: String
    }

    @Test(arguments: templates)
    func `has the source's values for every reader`(_ template: Template) async throws {
        try await Delivering.with { scene in
            try await scene.source.run(OddTables.script + "set search_path = pg_catalog")

            let delivery = try await scene.deliver(template.settings)

            let expected = scene.folder + "/expected.json"
            try await write(expected, scene)
            let differences = try await IndependentReader.differences(
                delivery, from: expected, nullText: template.nullText)
            #expect(differences == [])
            try await expectSameAfterCopy(delivery, template, scene)
        }
    }

    /// Writes what the source says it holds, each value as its type's output function gives it.
    private func write(_ path: String, _ scene: Delivering) async throws {
        var tables: [String: Any] = [:]
        for table in try await scene.tables() {
            var rows: [Any] = []
            // A function takes at most 100 arguments.
            let parts = stride(from: 0, to: table.columns.count, by: 50).map { start in
                let values = table.columns[start..<min(start + 50, table.columns.count)].map {
                    "expected.text(\(quoteIdentifier($0)))"
                }
                return "jsonb_build_array(\(values.joined(separator: ", ")))"
            }
            let row = parts.isEmpty ? "'[]'::jsonb" : parts.joined(separator: " || ")
            for found in try await scene.source.query("select \(row) from \(table.quoted)") {
                let text = try found[0].string()
                rows.append(try JSONSerialization.jsonObject(with: Data(text.utf8)))
            }
            tables[table.name] = ["columns": table.columns, "rows": rows]
        }
        try JSONSerialization.data(withJSONObject: tables).write(to: URL(fileURLWithPath: path))
    }

    /// Reads each file into a table of the same shape by PostgreSQL, and looks for differences.
    private func expectSameAfterCopy(
        _ delivery: String, _ template: Template, _ scene: Delivering
    ) async throws {
        let files = try await scene.queue.query(
            "select table_schema || '.' || table_name, file, rows from ferry.run_files")
        #expect(try await scene.tables().count == files.count)
        for table in try await scene.tables() {
            let file = try files.first { try $0[0].string() == table.name }
            let name = try file?[1].string() ?? "none"
            var data = try Data(contentsOf: URL(fileURLWithPath: delivery + "/" + name))
            if name.hasSuffix(".gz") { data = try unzipped(delivery + "/" + name) }
            let unread = [UInt8](data)
            try await scene.source.run(
                "drop table if exists public.copy; "
                    + "create table public.copy as select * from \(table.quoted) with no data")
            var isRead = false
            let stored = try await scene.source.copyIn(
                "COPY public.copy FROM STDIN (FORMAT csv, HEADER match\(template.read))"
            ) {
                defer { isRead = true }
                return isRead ? nil : unread
            }

            #expect(try file?[2].int() == stored)
            let lost = try await scene.source.query(
                """
                with source as (select whole_row::text as text from \(table.quoted) as whole_row),
                     file as (select whole_row::text as text from public.copy as whole_row)
                select (select count(*) from (table source except all table file) as lost),
                       (select count(*) from (table file except all table source) as made_up)
                """)[0]
            #expect(try lost[0].int() == 0, "\(table.name)")
            #expect(try lost[1].int() == 0, "\(table.name)")
        }
    }

    private func unzipped(_ path: String) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        return try output.fileHandleForReading.readToEnd() ?? Data()
    }

    @Test func `of a table without columns counts its rows`() async throws {
        try await Delivering.with { scene in
            try await scene.source.run(
                "create table none (); insert into none default values;"
                    + "insert into none default values")

            let delivery = try await scene.deliver("{}")

            let rows = try await scene.queue.query("select file, rows from ferry.run_files")
            #expect(try rows[0][1].int() == 2)
            let text = try String(
                contentsOfFile: delivery + "/" + rows[0][0].string(), encoding: .utf8)
            #expect(text == "\n\n\n")
        }
    }
}
