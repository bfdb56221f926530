import Formats
import Foundation
import Testing
import Values

@Suite("The settings of the format table", .timeLimit(.minutes(15)))
struct TableSettingsTests {
    @Test(arguments: TableMode.allCases)
    func `are a mode, and read back as they are written`(mode: TableMode) throws {
        let json = #"{"format":"table","mode":"\#(mode.rawValue)"}"#
        let settings = try DataTemplateSettings(json: json)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys

        #expect(settings.mode == mode && settings.format == .table)
        #expect(String(decoding: try encoder.encode(settings), as: UTF8.self) == json)
        #expect(try DataTemplateSettings(json: #"{"format": "table"}"#).mode == .create)
    }

    @Test func `have none of a file's`() throws {
        for setting in [
            #""compression": "gzip""#, #""split": {"rows": 50000}"#, #""header": false"#,
            #""delimiter": ",""#, #""null_text": "x""#, #""quote": "all""#,
        ] {
            let error = #expect(throws: SettingsError.self) {
                try DataTemplateSettings(json: #"{"format": "table", \#(setting)}"#)
            }
            #expect(
                error?.description.contains("is only for files, and the format \"table\"")
                    == true)
        }
        #expect(throws: SettingsError.onlyOfTables(setting: "mode")) {
            try DataTemplateSettings(json: #"{"format": "csv", "mode": "replace"}"#)
        }
        let error = #expect(throws: SettingsError.self) {
            try DataTemplateSettings(json: #"{"format": "table", "mode": "append"}"#)
        }
        #expect(
            error?.description
                == "setting \"mode\" must be one of \"create\", \"truncate\", \"replace\"; "
                + "was \"append\"")
    }

    @Test func `pass on what COPY writes, in parts where a table is large`() throws {
        let settings = try DataTemplateSettings(json: #"{"format": "table"}"#)
        #expect(settings.readsInParts)
        #expect(try !DataTemplateSettings(json: "{}").readsInParts)
        let reading = settings.reading(of: [])
        #expect(reading.copyOptions == "WITH (FORMAT text, ENCODING 'UTF8')")
        #expect(reading.makeEncoder == nil)
    }

    @Test func `name each table as it is called, and its parts apart from all others`() throws {
        let settings = try DataTemplateSettings(json: #"{"format": "table"}"#)
        let values = FileNameTemplate.Values(export: "Daily", run: 1, now: 0)
        let tables = ["public.orders", "sales.Orders", "sales.\"a/b~2\""].compactMap {
            TableName($0)
        }
        #expect(try settings.fileNames(for: tables, values) == ["orders", "Orders", "a%2Fb%7E2"])
        #expect(settings.numbered("orders", 1) == "orders")
        #expect(settings.numbered("orders", 2) == "orders~2")
        let same = ["public.orders", "sales.orders"].compactMap { TableName($0) }
        let error = #expect(throws: FileNameError.self) {
            try settings.fileNames(for: same, values)
        }
        #expect(
            error?.description == """
                tables "orders" and "sales.orders" would both fill the table "orders" of the \
                target: send them in two data exports, to destinations with different schemas
                """)
    }
}
