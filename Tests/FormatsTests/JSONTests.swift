import Testing
import Values

@testable import Formats

@Suite("JSON files", .timeLimit(.minutes(15)))
struct JSONTests {
    private func value(
        _ text: String?, _ typeID: UInt32, _ kind: ValueType.Kind = .base,
        of element: ValueType? = nil
    ) throws -> String {
        let column = TableColumn(
            name: "v", type: "any", nullable: true,
            valueType: ValueType(typeID, kind: kind, element: element))
        let line = try encoded(#"{"format": "ndjson"}"#, [column], [[text]])
        #expect(line.hasPrefix(#"{"v":"#) && line.hasSuffix("}\n"))
        return String(line.dropFirst(5).dropLast(2))
    }

    @Test func `hold one object a line, or one array of objects`() throws {
        let columns = [column("id", 23), column("na\"me\n")]
        let rows: [[String?]] = [["1", "a\"b\\\n\u{1}€"], ["2", nil]]
        let objects = [
            #"{"id":1,"na\"me\n":"a\"b\\\n\u0001€"}"#, #"{"id":2,"na\"me\n":null}"#,
        ]

        let lines = try encoded(#"{"format": "ndjson"}"#, columns, rows)
        let array = try encoded(#"{"format": "json"}"#, columns, rows, rowsAtOnce: 2)

        #expect(lines == objects[0] + "\n" + objects[1] + "\n")
        #expect(array == "[\n" + objects[0] + ",\n" + objects[1] + "\n]\n")
    }

    @Test func `may hold no rows, or no columns`() throws {
        #expect(try encoded(#"{"format": "json"}"#, [column("a")], []) == "[]\n")
        #expect(try encoded(#"{"format": "ndjson"}"#, [column("a")], []) == "")
        #expect(try encoded(#"{"format": "json"}"#, [], [[], []]) == "[\n{},\n{}\n]\n")
    }

    @Test(
        arguments: [
            ("12", 20, "12"), ("-0", 701, "-0"), ("1e+20", 700, "1e+20"), ("1.500", 1700, "1.500"),
            ("NaN", 1700, "\"NaN\""), ("-Infinity", 701, "\"-Infinity\""),
            ("Infinity", 1700, "\"Infinity\""), ("t", 16, "true"), ("f", 16, "false"),
            ("t", 25, "\"t\""), ("", 25, "\"\""),
            ("a\u{2028}\u{7F}\t\r/", 25, "\"a\u{2028}\u{7F}\\t\\r/\""),
            ("\\x", 17, "\"\""), ("\\x00", 17, "\"AA==\""), ("\\xfffe", 17, "\"//4=\""),
            ("\\x0102ff", 17, "\"AQL/\""), ("\\x01020304", 17, "\"AQIDBA==\""),
            ("{\"a\" :\n [1 , \"x \\\" y\\\\\"]\t}", 114, #"{"a":[1,"x \" y\\"]}"#),
            ("{\"a\": [1, \"x \\\" y\"]}", 3802, #"{"a": [1, "x \" y"]}"#),
            ("$1.00", 790, "\"$1.00\""), ("24:00:00", 1083, "\"24:00:00\""),
        ] as [(String, UInt32, String)])
    func `keep the types of values`(text: String, typeID: UInt32, json: String) throws {
        #expect(try value(text, typeID) == json)
    }

    @Test(arguments: [
        ("2026-01-02", "2026-01-02"), ("0044-03-15 BC", "-000043-03-15"),
        ("0001-12-31 BC", "0000-12-31"), ("5874897-12-31", "+5874897-12-31"),
        ("10000-01-01 00:00:00", "+010000-01-01T00:00:00"),
        ("2026-01-02 03:04:05.6+00", "2026-01-02T03:04:05.6Z"),
        ("4714-11-24 00:00:00+00 BC", "-004713-11-24T00:00:00Z"),
        ("infinity", "infinity"), ("-infinity", "-infinity"),
    ])
    func `hold times in ISO 8601`(text: String, json: String) throws {
        #expect(try value(text, 1184) == "\"\(json)\"")
    }

    @Test(
        arguments: [
            ("{}", 23, "[]"), ("{1,NULL,-3}", 23, "[1,null,-3]"),
            ("{{1,2},{3,4}}", 20, "[[1,2],[3,4]]"), ("[0:1]={1,2}", 23, "[1,2]"),
            ("[1:1][-2:-1]={{a,b}}", 25, #"[["a","b"]]"#),
            (
                #"{"",NULL,"NULL","a,b","\"","\\","{",x y}"#, 25,
                #"["",null,"NULL","a,b","\"","\\","{","x y"]"#
            ),
            ("{\"a\nb\"}", 25, #"["a\nb"]"#), ("{t,f}", 16, "[true,false]"),
            ("{NaN,1.5}", 1700, #"["NaN",1.5]"#),
            (#"{"{\"a\": \"\\\"\"}","null"}"#, 114, #"[{"a":"\""},null]"#),
            (#"{"2026-01-02 03:04:05"}"#, 1114, #"["2026-01-02T03:04:05"]"#),
            (#"{"\\x00ff"}"#, 17, #"["AP8="]"#),
        ] as [(String, UInt32, String)])
    func `nest arrays`(text: String, element: UInt32, json: String) throws {
        #expect(try value(text, 1, .array, of: ValueType(element)) == json)
    }

    @Test(arguments: [
        ("{(1,1),(0,0);(3,3),(2,2)}", ";", #"["(1,1),(0,0)","(3,3),(2,2)"]"#),
        (#"{0101:0202}"#, ":", #"["0101","0202"]"#),
        (#"{"01:01":b:NULL}"#, ":", #"["01:01","b",null]"#), ("{a,b}", ":", #"["a,b"]"#),
    ])
    func `part arrays where the type of their elements says`(
        text: String, delimiter: String, json: String
    ) throws {
        let element = ValueType(99_999, delimiter: try #require(delimiter.utf8.first))
        #expect(try value(text, 1, .array, of: element) == json)
    }

    @Test func `nest arrays of domains over arrays`() throws {
        let list = ValueType(1007, kind: .array, element: ValueType(23))
        #expect(try value(#"{"{1,2}","{3}",NULL}"#, 1, .array, of: list) == "[[1,2],[3],null]")
    }

    @Test func `hold as strings what JSON has no type for`() throws {
        #expect(try value("[1,5)", 3904, .range) == "\"[1,5)\"")
        #expect(try value(#"("a ""b""",)"#, 99_999, .composite) == #""(\"a \"\"b\"\"\",)""#)
        // A vector is no array: its text has neither braces nor commas.
        #expect(try value("1 2 3", 22) == "\"1 2 3\"")
    }

    @Test(arguments: [
        ("", 0), (#"{"a":{"b":"}{"}}"# + "\n", 1), (#"{"a":"\"{"}"# + "\n{}\n", 2), ("{}", 1),
    ])
    func `are counted by their objects`(lines: String, records: Int64) throws {
        func counted(_ text: String, _ format: String, chunk: Int) throws -> Int64 {
            var counter = try DataTemplateSettings(json: #"{"format": "\#(format)"}"#)
                .makeRecordCounter()
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: chunk) {
                bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes {
                    counter.count($0)
                }
            }
            return counter.records
        }
        let array = "[" + lines.split(separator: "\n").joined(separator: ",") + "]"
        for chunk in 1...3 {
            #expect(try counted(lines, "ndjson", chunk: chunk) == records)
            #expect(try counted(array, "json", chunk: chunk) == records)
        }
    }
}
