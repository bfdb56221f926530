import Foundation
import Lifecycle
import Testing
import Values

@testable import Formats

@Suite("A template of file names", .timeLimit(.minutes(15)))
struct FileNameTemplateTests {
    /// 2026-03-28T23:30:15.123Z: half past midnight in Zürich, on the day its clocks go forward.
    static let values = FileNameTemplate.Values(
        export: "Daily customers", run: 42, now: 1_774_740_615_123_456)

    private func settings(_ template: String, _ more: String = "") throws -> DataTemplateSettings {
        let text = String(decoding: try JSONEncoder().encode(template), as: UTF8.self)
        return try DataTemplateSettings(json: "{\"file_name\": \(text)\(more)}")
    }

    private func names(
        _ template: String, of tables: [String] = ["orders"], _ more: String = ""
    ) throws -> [String] {
        let settings = try settings(template, more)
        let tables = tables.map { TableName(schema: "public", name: $0) }
        return try settings.fileNames(for: tables, Self.values).map { settings.numbered($0, 3) }
    }

    @Test(arguments: [
        ("{{table}}", "orders.csv"),
        ("{{export}}-{{table}}_{{run}}", "Daily customers-orders_42.csv"),
        ("{{ table }}", "orders.csv"),
        ("{{now}} {{table}}", "2026-03-28-233015 orders.csv"),
        ("{{now|format:'yyyyMMdd'}}T{{now|format:'HHmmss.SSS'}}", "20260328T233015.123.csv"),
        ("{{now|format:'YY-M-d'}}", "26-3-28.csv"),
        ("{{now|local:'Europe/Zurich'|format:'yyyy-MM-dd'}}", "2026-03-29.csv"),
        ("{{now | format : 'yyyy-MM-dd H.mm' | local : 'Europe/Zurich'}}", "2026-03-29 0.30.csv"),
        ("{{now|next_day|format:'yyyy-MM-dd'}}", "2026-03-29.csv"),
        ("{{now|local:'UTC'|format:'mm'}}", "30.csv"),
        ("{{file_number}}-{{table}}", "0000003-orders.csv"),
        ("größe_{{table}}", "größe_orders.csv"),
        ("{{table}}.csv", "orders.csv"), ("{{table}}.CSV", "orders.csv"),
        ("{{table}}.txt", "orders.txt.csv"), ("{{table}}.gz", "orders.gz.csv"),
    ])
    func `puts values in the place of placeholders`(template: String, name: String) throws {
        #expect(try names(template) == [name])
    }

    @Test(arguments: [
        ("Europe/Zurich", "2026-03-30 00-30"), ("America/New_York", "2026-03-29 19-30"),
        ("Asia/Kathmandu", "2026-03-30 05-15"), ("Pacific/Kiritimati", "2026-03-30 13-30"),
    ])
    func `takes the next day at the same time, however long a day is`(
        zone: String, text: String
    ) throws {
        #expect(
            try names("{{now|local:'\(zone)'|next_day|format:'yyyy-MM-dd HH-mm'}}")
                == [text + ".csv"])
    }

    @Test(arguments: [
        // Clocks went from 02:00 to 03:00, and from 03:00 back to 02:00.
        ("2026-03-29T00:59:59Z", "01-59-59"), ("2026-03-29T01:00:00Z", "03-00-00"),
        ("2026-10-25T00:30:00Z", "02-30-00"), ("2026-10-25T01:30:00Z", "02-30-00"),
        ("1969-12-31T23:00:00Z", "00-00-00"),
    ])
    func `knows when clocks are changed`(time: String, text: String) throws {
        let date = try Date(time, strategy: .iso8601)
        var values = Self.values
        values.now = Int64(date.timeIntervalSince1970) * 1_000_000
        let settings = try settings("{{now|local:'Europe/Zurich'|format:'HH-mm-ss'}}")

        let table = TableName(schema: "public", name: "orders")
        #expect(try settings.fileNames(for: [table], values) == [text + ".csv"])
    }

    @Test(arguments: [
        ("{{table}}", "orders.0000003.csv.gz"), ("{{table}}.csv", "orders.0000003.csv.gz"),
        ("{{table}}.csv.gz", "orders.0000003.csv.gz"),
        ("{{file_number}}.{{table}}", "0000003.orders.csv.gz"),
    ])
    func `numbers the files of a table that is split`(template: String, name: String) throws {
        #expect(
            try names(template, #", "split": {"rows": 50000}, "compression": "gzip""#) == [name])
    }

    @Test func `keeps values from leading elsewhere`() throws {
        #expect(
            try names("x{{table}}", of: ["../a/{{file_number}}"]).first
                == "x%2E.%2Fa%2F%7B%7Bfile_number%7D%7D.csv")
    }

    @Test func `cuts values so that names have at most 255 bytes and stay different`() throws {
        let long = String(repeating: "x", count: 250)
        let names = try names(
            "{{export}}-{{table}}-{{table}}", of: [long + "1", long + "2"],
            #", "split": {"rows": 50000}, "format": "ndjson", "compression": "zstd""#)

        #expect(names.allSatisfy { $0.utf8.count <= 255 && $0.utf8.count > 180 })
        #expect(names.allSatisfy { $0.hasSuffix(".0000003.ndjson.zst") })
        #expect(Set(names).count == 2)
    }

    @Test func `is written into the manifest's settings as it was given`() throws {
        let settings = try settings("{{table}}-{{now|format:'yyyy'}}")

        let json = try JSONEncoder().encode(settings)

        #expect(try DataTemplateSettings(json: json) == settings)
        #expect(settings.fileName?.text == "{{table}}-{{now|format:'yyyy'}}")
    }

    @Test(arguments: [
        ("", 1, "it must not be empty"),
        (".x", 1, "a name must not begin with a dot or a space"),
        (".\u{301}x", 1, "a name must not begin with a dot or a space"),
        ("a/b", 2, "a delivery is one folder without subfolders"),
        ("a:b", 2, "\":\" is not safe in a file name"),
        ("a\u{202e}", 2, "\"\\u{202e}\" is not safe in a file name"),
        ("a}}", 2, "this \"}}\" has no \"{{\" before it"),
        ("ab{{table", 3, "this \"{{\" has no \"}}\" after it"),
        ("{{tabel}}", 3, "unknown placeholder \"tabel\"; placeholders are: now, export, "),
        ("{{}}", 3, "placeholder expected here; placeholders are: now, export, table, run, "),
        ("{{table x}}", 9, "\"|\" or \"}}\" expected here"),
        ("{{table|next_day}}", 9, "only {{now}} has filters, not {{table}}"),
        (
            "{{now|lokal:'x'}}", 7,
            "unknown filter \"lokal\"; filters are: local, format, next_day"
        ),
        ("{{now|next_day:'2'}}", 15, "the filter next_day has no argument"),
        ("{{now|next_day|next_day}}", 16, "the filter next_day is used twice"),
        (
            "{{now|local}}", 12,
            "the filter local needs an argument in quotes: local:'Europe/Zurich'"
        ),
        ("{{now|format:'yyyy}}", 14, "this quote has no end"),
        (
            "{{now|local:'Europe/Zürich'}}", 14,
            "there is no time zone \"Europe/Zürich\"; did you mean Europe/Zurich?"
        ),
        (
            "{{now|local:'new_york'}}", 14,
            "no time zone \"new_york\"; did you mean America/New_York"
        ),
        ("{{now|local:'PST'}}", 14, "there is no time zone \"PST\"; "),
        ("{{now|local:'GMT+2'}}", 14, "there is no time zone \"GMT+2\"; "),
        (
            "{{now|local:'nowhere'}}", 14,
            "there is no time zone \"nowhere\"; zones are named Area/City, as in "
                + "\"Europe/Zurich\", or UTC"
        ),
        ("{{now|format:'yyyy-DD'}}", 20, "\"DD\" is not a date pattern letter; these are: yyyy, "),
        ("{{now|format:'-'}}", 15, "a date pattern must have letters: yyyy, "),
        ("{{now|format:'HH:mm'}}", 17, "\":\" is not safe in a file name"),
        ("{{now|format:'yyyy-mm-dd'}}", 20, "\"mm\" is the minute"),
        ("{{now|format:'ddmmyy'}}", 17, "{{now|format:'mm'}}"),
        ("{{now|format:'HHMMss'}}", 17, "\"MM\" is the month, but follows the hour"),
    ])
    func `is refused with the place and the way out`(
        template: String, character: Int, reported: String
    ) {
        let error = #expect(throws: SettingsError.self) { try settings(template) }

        let said = error?.description ?? ""
        #expect(said.hasPrefix("file_name, character \(character): "), "\(said)")
        #expect(said.contains(reported), "\(said)")
    }

    @Test(arguments: [
        (#""{{table}}\#(String(repeating: "x", count: 212))""#, "must be shorter"),
        (#""\#(String(repeating: "x", count: 252))""#, "must be shorter"),
        (#""Manifest", "format": "json""#, "must not result in \"Manifest.json\""),
        (#"7"#, "must be a string, was a number"),
    ])
    func `is refused where no name could be made of it`(json: String, reported: String) {
        let error = #expect(throws: SettingsError.self) {
            try DataTemplateSettings(json: #"{"file_name": \#(json)}"#)
        }

        #expect(error?.description.contains(reported) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        (["a", "b"], "x", "so all 2 tables would write \"x.csv\": put {{table}} into it"),
        (["Ab", "aB"], "x-{{table}}", "would both write \"x-aB.csv\""),
        (["a", "a"], "x-{{table}}", "is listed twice and would write \"x-a.csv\" twice"),
        (["x", "manifest"], "{{table}}.json", "would write \"manifest.json\", the name of the"),
    ])
    func `is refused for tables that would write one name`(
        tables: [String], template: String, reported: String
    ) throws {
        let format = template.hasSuffix("json") ? #", "format": "json""# : ""

        let error = #expect(throws: FileNameError.self) {
            try names(template, of: tables, format)
        }

        #expect(error?.description.contains(reported) == true, "\(error?.description ?? "")")
    }

    @Test func `needs no placeholder for a single table`() throws {
        #expect(try names("customers", of: ["c"]) == ["customers.csv"])
    }

    @Test func `names an archive, but not after a table`() throws {
        let dated = try settings("{{export}} {{now|format:'yyyy'}}.tar")
        let ofTables = try settings("{{table}}")

        #expect(
            try dated.archiveName(Self.values, ending: ".tar.gz")
                == "Daily customers 2026.tar.gz")
        #expect(
            try DataTemplateSettings().archiveName(Self.values, ending: ".zip")
                == "Daily customers.zip")
        #expect(throws: FileNameError.notOfArchives(placeholder: "table")) {
            try ofTables.archiveName(Self.values, ending: ".zip")
        }
    }
}
