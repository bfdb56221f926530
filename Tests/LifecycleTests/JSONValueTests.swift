import Testing
import Values

@Suite("A JSON value")
struct JSONValueTests {
    @Test(arguments: [
        #"{"a":[1,-2.5,"x",true,null,{}],"b":9007199254740993}"#,
        #" [ [ ] , { "k" : [ "\u00e9\ud83d\ude00\n\"\\\/" , "é😀" ] } , 1e2, 0.5E-1 ] "#,
        "\"\"", "null", "0", "-0", "1.0", "-9223372036854775808", "1e30",
    ])
    func `reads the same with and without Codable`(_ text: String) throws {
        let value = try #require(JSONValue(json: text))

        #expect(try decoded(text) == value)
        #expect(JSONValue(json: try json(value)) == value)
    }

    @Test func `has the values that were written`() {
        #expect(
            JSONValue(json: #"{"a":[1,-2.5,"\ud83d\ude00",true,null,{}],"b":2,"b":3}"#)
                == ["a": [1, -2.5, "😀", true, .null, [:]], "b": 3])
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "tru", "nulll", "01", "1.", "-",
        "+1", ".5", "\"a", "\"\n\"", "\"\\x\"", "\"\\ud83d\"", "\"\\udc00\"", "\"\\u12\"", "1 2",
        "1e999", "'a'",
    ])
    func `is read from JSON only`(_ text: String) {
        #expect(JSONValue(json: text) == nil)
    }

    @Test func `may not nest without end`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(JSONValue(json: nested(200)) != nil)
        #expect(JSONValue(json: nested(100_000)) == nil)
    }
}
