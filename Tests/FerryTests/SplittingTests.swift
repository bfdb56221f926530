import ArgumentParser
import Testing
import Values

@testable import ferry

/// Names and values may begin with a combining mark, which makes one character of itself and of
/// the quotation mark, comma or equals sign before it.
@Suite("What is written on the command line", .timeLimit(.minutes(15)))
struct SplittingTests {
    @Test(arguments: [
        (#"public."\#u{301}m,ark""#, [#"public."\#u{301}m,ark""#]),
        (#"a,"b,c", d"#, ["a", #""b,c""#, "d"]),
        ("a,\u{301}b", ["a", "\u{301}b"]),
        (#""a"",b",c"#, [#""a"",b""#, "c"]),
        (" a ,, ", ["a", "", ""]),
    ])
    func `names tables between commas`(text: String, names: [String]) {
        guard case .array(let found) = TableNames.json([text]) else {
            Issue.record("no list")
            return
        }
        let same = zip(found, names).allSatisfy { json, name in
            if case .string(let text) = json { text.utf8.elementsEqual(name.utf8) } else { false }
        }
        #expect(found.count == names.count && same, "\(found)")
    }

    @Test func `gives settings by key and value`() throws {
        let options = try SettingsOptions.parse([
            "--setting", "filter=\u{301}x = 1", "--setting", "mask.\u{301}name=hash",
            "--setting", "a.b=c=d",
        ])
        let expected: JSONValue = [
            "filter": "\u{301}x = 1", "mask": ["\u{301}name": "hash"], "a": ["b": "c=d"],
        ]
        #expect(try options.required == expected)
        #expect(throws: Failure.self) { try SettingsOptions.parse(["--setting", "=x"]).required }
        #expect(throws: Failure.self) {
            try SettingsOptions.parse(["--setting", "a..b=x"]).required
        }
    }

    @Test func `gives arguments by name and value`() throws {
        let json = try CommandArguments.json([
            "name=\u{301}x", #"tables=public."\#u{301}m,ark",a,,b"#,
        ])
        let expected: JSONValue = [
            "name": "\u{301}x", "tables": [.string("public.\"\u{301}m,ark\""), "a", "b"],
        ]
        #expect(JSONValue(json: json) == expected)
    }
}
