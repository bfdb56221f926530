import Testing
import Values

@testable import Formats

/// What COPY sends for these rows when every value is quoted.
func quotedRows(_ rows: [[String?]]) -> [UInt8] {
    let lines = rows.map { row in
        row.map {
            $0.map {
                "\""
                    + $0.split(separator: "\"", omittingEmptySubsequences: false)
                    .joined(separator: "\"\"") + "\""
            } ?? ""
        }.joined(separator: ",") + "\n"
    }
    return Array(lines.joined().utf8)
}

func column(_ name: String, _ typeID: UInt32 = 25) -> TableColumn {
    TableColumn(name: name, type: "any", nullable: true, valueType: ValueType(typeID))
}

/// The file of a table, read in whole rows however they are cut.
func encoded(
    _ settings: String, _ columns: [TableColumn], _ rows: [[String?]], rowsAtOnce: Int = 1
) throws -> String {
    let reading = try DataTemplateSettings(json: settings).reading(of: columns)
    let encoder = try #require(try reading.makeEncoder?())
    var file: [UInt8] = []
    for start in stride(from: 0, to: rows.count, by: rowsAtOnce) {
        let part = rows[start..<min(start + rowsAtOnce, rows.count)]
        try quotedRows(Array(part)).withUnsafeBytes { bytes in
            try encoder.process(bytes) { file += $0 }
        }
    }
    try encoder.finish { file += $0 }
    #expect(encoder.rows == rows.count)
    return String(decoding: file, as: UTF8.self)
}

@Suite("Delimited files", .timeLimit(.minutes(15)))
struct DelimitedTests {
    static let columns = [column("id", 23), column("te\"xt"), column("n", 1700)]
    static let rows: [[String?]] = [
        ["1", "a,b", "1.50"], ["2", "", nil], ["3", nil, "NaN"],
        ["4", "say \"hi\"\r\n", "-1"], ["5", "tab\tpipe|back\\slash€", "0"],
    ]

    @Test(arguments: [
        (
            #"{"quote": "all"}"#,
            """
            "id","te""xt","n"
            "1","a,b","1.50"
            "2","",""
            "3","","NaN"
            "4","say ""hi""\r\n","-1"
            "5","tab\tpipe|back\\slash€","0"

            """
        ),
        (
            #"{"quote": "non_numeric", "header": false}"#,
            """
            1,"a,b",1.50
            2,"",
            3,,NaN
            4,"say ""hi""\r\n",-1
            5,"tab\tpipe|back\\slash€",0

            """
        ),
        (
            #"{"quote": "minimal", "escape": "backslash"}"#,
            """
            id,"te\\"xt",n
            1,"a,b",1.50
            2,"",
            3,,NaN
            4,"say \\"hi\\"\r\n",-1
            5,"tab\tpipe|back\\\\slash€",0

            """
        ),
        (
            #"{"quote": "none", "escape": "backslash", "null_text": "\\N", "header": false}"#,
            """
            1,a\\,b,1.50
            2,,\\N
            3,\\N,NaN
            4,say \\"hi\\"\\\r\\\n,-1
            5,tab\tpipe|back\\\\slash€,0

            """
        ),
        (
            #"{"format": "delimited", "delimiter": "€", "header": false}"#,
            """
            1€a,b€1.50
            2€""€
            3€€NaN
            4€"say ""hi""\r\n"€-1
            5€"tab\tpipe|back\\slash€"€0

            """
        ),
    ])
    func `are quoted and escaped as set`(settings: String, file: String) throws {
        #expect(try encoded(settings, Self.columns, Self.rows) == file)
        #expect(try encoded(settings, Self.columns, Self.rows, rowsAtOnce: 9) == file)
    }

    @Test func `end lines as set, without touching line ends within values`() throws {
        let file = try encoded(
            #"{"format": "tsv", "line_ending": "CRLF"}"#, [column("a"), column("b")],
            [["x", "1\n2"], [nil, "a\tb"]])

        #expect(file == "a\tb\r\nx\t\"1\n2\"\r\n\t\"a\tb\"\r\n")
    }

    @Test func `number their rows in a first column`() throws {
        let one = try encoded(#"{"row_number": true}"#, [column("a")], [["x"], [nil], ["2"]])
        let none = try encoded(
            #"{"row_number": "Zeile-1", "quote": "all", "line_ending": "CRLF"}"#, [], [[], []])

        #expect(one == "row_number,a\n1,x\n2,\n3,2\n")
        #expect(none == "\"Zeile-1\"\r\n\"1\"\r\n\"2\"\r\n")
    }

    @Test func `begin with an apostrophe where a spreadsheet program would run them`() throws {
        let columns = [column("=a"), column("b", 23)]
        let rows = [
            ["=1+1", "-1"], ["+x", nil], ["-\"q\"", "2"], ["@x", "0"], ["\tx", "0"], ["x=", "0"],
        ]

        let guarded = try encoded(#"{"formula_guard": true}"#, columns, rows)
        let asItIs = try encoded(#"{"row_number": true}"#, columns, [["=1+1", "-1"]])

        #expect(
            guarded == """
                '=a,b
                '=1+1,-1
                '+x,
                "'-""q""\",2
                '@x,0
                '\tx,0
                x=,0

                """)
        #expect(asItIs == "row_number,=a,b\n1,=1+1,-1\n")
    }

    @Test func `quote what would read as something else`() throws {
        let values = [["\\."], ["NULL"], ["-"], [nil]]

        let alone = try encoded(
            #"{"null_text": "-", "line_ending": "CRLF"}"#, [column("a")], values)
        let numbers = try encoded(
            #"{"format": "delimited", "delimiter": ".", "quote": "non_numeric", "null_text": "0"}"#,
            [column("a", 1700), column("b", 20)], [["1.5", "0"], ["10", nil]])

        #expect(alone == "a\r\n\"\\.\"\r\nNULL\r\n\"-\"\r\n-\r\n")
        #expect(numbers == "\"a\".\"b\"\n\"1.5\".\"0\"\n10.0\n")
    }

    @Test func `escape a value that looks like the null text`() throws {
        let file = try encoded(
            #"{"quote": "none", "escape": "backslash", "null_text": "\\N", "header": false}"#,
            [column("a")], [["\\N"], [nil]])

        #expect(file == "\\\\N\n\\N\n")
    }

    @Test(arguments: ["a,b", "a\nb", "a\rb", "a\"b", "-"])
    func `without quotes refuse a value that needs them, naming column and row`(value: String) {
        let error = #expect(throws: SettingsError.self) {
            try encoded(
                #"{"quote": "none", "null_text": "-"}"#, [column("id", 23), column("note")],
                [["1", "fine"], ["2", value]])
        }

        #expect(error == .unquotableValue(column: "note", row: 2))
        #expect(error?.description.contains("column \"note\" of row 2 ") == true)
    }

    @Test func `are refused for a table that has the row number's column, or unquotable names`()
        throws
    {
        let table = TableName(schema: "crm", name: "t")
        func reported(_ json: String, _ name: String) throws -> String? {
            let settings = try DataTemplateSettings(json: json)
            do {
                try settings.check([column(name)], of: table)
                return nil
            } catch {
                return error.description
            }
        }

        #expect(
            try reported(#"{"row_number": "n"}"#, "n") == """
                table "crm.t" already has a column "n": choose another name for the setting \
                "row_number"
                """)
        #expect(try reported(#"{"row_number": "n"}"#, "m") == nil)
        #expect(
            try reported(#"{"quote": "none"}"#, "a,b")?.hasPrefix(
                "the name of column \"a,b\" of table \"crm.t\" contains a delimiter") == true)
        #expect(try reported(#"{"quote": "none", "escape": "backslash"}"#, "a,b") == nil)
        #expect(try reported(#"{"quote": "none", "header": false}"#, "a,b") == nil)
    }

    @Test func `pass large values through chunks of any size`() throws {
        let long = String(repeating: "wide \"€\",\n", count: 60_000)

        let file = try encoded(
            #"{"quote": "all", "header": false, "escape": "backslash"}"#,
            [column("a"), column("b")], [[long, "x"], ["y", long]])

        let written = "\"" + long.replacing("\"", with: "\\\"") + "\""
        #expect(file == written + ",\"x\"\n\"y\"," + written + "\n")
    }

    @Test(arguments: ["1,\"a\"", "1\n", "\"1\" ,\"a\"\n", "\"1\",\"a\",\"b\"\n", "\"1\",\"a"])
    func `are not made of anything but rows`(rows: String) throws {
        let reading = try DataTemplateSettings(json: #"{"quote": "all"}"#)
            .reading(of: [column("a"), column("b")])
        let encoder = try #require(try reading.makeEncoder?())

        #expect(throws: UnexpectedRow.self) {
            try Array(rows.utf8).withUnsafeBytes { bytes in try encoder.process(bytes) { _ in } }
        }
    }
}
