import Lifecycle
import Testing

@Suite("A suggestion")
struct SuggestionTests {
    @Test(arguments: [
        ("Daily custmers", "Daily customers"),
        ("daily-customers", "Daily customers"),
        ("Dialy customers", "Daily customers"),
        ("wekly", "Weekly"),
        ("日木語のデータ", "日本語のデータ"),
    ])
    func `is the nearest name`(typed: String, meant: String) {
        let names = ["Weekly", "Daily customers", "Daily consumers", "日本語のデータ"]
        #expect(Suggestion.closest(to: typed, among: names) == meant)
    }

    @Test(arguments: ["", "x", "ab", "Monthly orders", "Daily customers of Switzerland"])
    func `is not made when nothing is near`(typed: String) {
        let names = ["Weekly", "Daily customers", "cd"]
        #expect(Suggestion.closest(to: typed, among: names) == nil)
    }

    @Test func `is the first in order of equally near ones`() {
        #expect(Suggestion.closest(to: "tast", among: ["test", "task", "taste"]) == "task")
        #expect(
            Suggestion.words(for: "tast", among: ["test", "task"]) == "; did you mean \"task\"?")
        #expect(Suggestion.words(for: "tast", among: []) == "")
    }
}

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
