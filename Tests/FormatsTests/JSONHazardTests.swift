import Testing

@testable import Formats

@Suite("JSON that readers may refuse", .timeLimit(.minutes(15)))
struct JSONHazardTests {
    private func hazards(_ text: String, _ typeID: UInt32 = 114) throws -> JSONHazards {
        let column = TableColumn(
            name: "v", type: "any", nullable: true, valueType: ValueType(typeID))
        let encoder = JSONRowEncoder(columns: [column], isArray: false)
        try Array(copied([[text]]).utf8).withUnsafeBytes { bytes in
            try encoder.process(bytes) { _ in }
        }
        return encoder.hazards.first?.hazards ?? []
    }

    @Test(
        arguments: [
            (#"{"a": 1, "a": 2}"#, .repeatedKeys),
            (#"[{"b": {"a": 1, "c": 2, "a": []}}]"#, .repeatedKeys),
            (#""\ud83d""#, .loneSurrogates), (#""\ude00\ud83d""#, .loneSurrogates),
            (#"{"\uD83D x": 1}"#, .loneSurrogates), (#"["\ud83d\ud83d\ude00"]"#, .loneSurrogates),
            ("[1e400]", .largeNumbers), ("-1E+309", .largeNumbers),
            (String(repeating: "9", count: 309), .largeNumbers),
            (
                #"{"x": [1e999, "\udc00"], "x": 0}"#,
                [.largeNumbers, .loneSurrogates, .repeatedKeys]
            ),
        ] as [(String, JSONHazards)])
    func `is found`(text: String, expected: JSONHazards) throws {
        #expect(try hazards(text) == expected)
    }

    @Test(arguments: [
        #"{"a": {"a": {"a": "a"}}, "b": ["a", "a", {"a": 1}, {"a": 1}]}"#,
        #"{"a": "b", "c": "b", "aa": "a"}"#, #""\ud83d\ude00 \\ud83d \" \\""#,
        #"{"\\": 1, "\\\\": 2}"#,
        "1e308", "-0", "1e-999", #"["1e400"]"#, "null", "[]", "{}", "[[],{}]",
        "0." + String(repeating: "1", count: 400),
    ])
    func `is not seen where there is none`(text: String) throws {
        #expect(try hazards(text) == [])
    }

    @Test func `is looked for in numbers and arrays, too`() throws {
        let digits = String(repeating: "9", count: 400)
        #expect(try hazards(digits, 1700) == .largeNumbers)
        #expect(try hazards("{\"a\": \(digits)}", 3802) == .largeNumbers)
        #expect(try hazards(digits, 25) == [])
        #expect(try hazards(String(repeating: "a", count: 400), 3802) == [])
    }

    @Test func `is reported for each column, over all rows`() throws {
        let columns = ["a", "b", "c"].map {
            TableColumn(name: $0, type: "json", nullable: true, valueType: ValueType(114))
        }
        let encoder = JSONRowEncoder(columns: columns, isArray: false)
        let rows = [["1e400", "1", "{}"], [#""\ud83d""#, "1", #"{"a":1,"a":1}"#]]
        try Array(copied(rows).utf8).withUnsafeBytes { try encoder.process($0) { _ in } }
        #expect(
            encoder.hazards == [
                ColumnHazards(column: "a", hazards: [.largeNumbers, .loneSurrogates]),
                ColumnHazards(column: "c", hazards: .repeatedKeys),
            ])
    }

    /// As COPY writes rows in CSV with every value quoted.
    private func copied(_ rows: [[String]]) -> String {
        rows.map { row in
            row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\n"
        }.joined()
    }
}
