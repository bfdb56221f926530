import Testing
import Values

@Suite("Text that is shown")
struct ShownTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("a\u{1b}[31m", "a\\u{1b}[31m"), ("a\nb\t", "a\\u{a}b\\u{9}"),
        ("\u{202e}evil\u{2066}", "\\u{202e}evil\\u{2066}"), ("\u{9b}2J\u{7f}", "\\u{9b}2J\\u{7f}"),
        ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
        ("Ümläut 日本 🚢", "Ümläut 日本 🚢"),
        ("\u{2028}", "\\u{2028}"), ("\u{e0041}", "\\u{e0041}"),
    ])
    func `cannot steer a terminal`(text: String, safe: String) {
        #expect(shown(text) == safe)
    }
}
