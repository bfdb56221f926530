import Testing
import Values

@Suite("A name")
struct NameTests {
    @Test(arguments: [
        ("Daily", "daily"), ("  Daily\u{a0}\n", "daily"), ("ÄRGER", "ärger"),
        ("A\u{308}rger", "ärger"), ("İ", "i\u{307}"),
    ])
    func `is unique by its trimmed, lower case, composed text`(text: String, key: String) throws {
        let name = try Name(text, of: "name")

        #expect(Array(name.key.utf8) == Array(key.utf8))
        #expect(Name.key(of: text) == name.key)
    }

    @Test func `keeps its spelling`() throws {
        #expect(try Name(" Daily customers ", of: "name").text == "Daily customers")
    }

    @Test func `may have 128 characters of any script`() throws {
        let longest = String(repeating: "語", count: 128)

        #expect(try Name(longest, of: "name").text == longest)
    }
}
