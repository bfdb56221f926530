import Testing
import Values

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
