import Testing
import Values

@Suite("JSON text")
struct JSONTextTests {
    @Test(arguments: [
        #"{"a":1,"b":[true,false,null,-2,0.1],"ü\"\\\n\t\u0001\u007f":"日本"}"#, "[]", "{}", "1e+300",
    ])
    func `reads as the value it was written from`(text: String) throws {
        let value = try #require(JSONValue(json: text))
        #expect(JSONValue(json: value.text) == value)
    }

    @Test func `has its keys in order and harmful characters escaped`() {
        let value: JSONValue = ["b": "\u{1b}", "a": [1, "x"]]
        #expect(value.text == #"{"a":[1,"x"],"b":"\u001b"}"#)
    }
}
