import Lifecycle
import Testing
import Values

@testable import Formats

@Suite("A file name", .timeLimit(.minutes(15)))
struct FileNameTests {
    @Test(arguments: [
        ("orders", "orders"), ("Daily customers", "Daily customers"), ("a-b_c.d", "a-b_c.d"),
        ("größe", "größe"), ("注文", "注文"), ("हिन्दी", "हिन्दी"),
        ("a/b", "a%2Fb"), ("a\\b", "a%5Cb"), ("100%", "100%25"), ("~x", "%7Ex"),
        ("a:b*", "a%3Ab%2A"),
        (".hidden", "%2Ehidden"), ("..", "%2E%2E"), (".", "%2E"), ("a. .", "a. %2E"),
        ("end ", "end%20"), (" start", "%20start"), ("", "empty~"),
        ("a\nb", "a%0Ab"), ("a\u{0}b", "a%00b"), ("\u{202E}gpj", "%E2%80%AEgpj"),
        ("a\u{200B}b", "a%E2%80%8Bb"), ("a\u{3164}", "a%E3%85%A4"),
    ])
    func `keeps what is safe and encodes the rest`(name: String, result: String) {
        #expect(FileName.sanitised(name) == result)
    }

    @Test func `has at most 200 bytes, cut between characters and ending in a hash`() {
        let fits = String(repeating: "x", count: 200)
        let long = String(repeating: "é", count: 200)

        let cut = FileName.sanitised(long)

        #expect(FileName.sanitised(fits) == fits)
        #expect(cut.utf8.count <= 200)
        #expect(cut == String(repeating: "é", count: 91) + "~df20b2aa6262e99e")
    }

    @Test func `is a different one for a different name`() {
        let parts = ["", "a", ".", " ", "%", "%2E", "~", "/", "\\", "é", "\u{0}", "2E", "empty~"]
        var owners: [String: String] = [:]
        for first in parts {
            for second in parts {
                for third in parts + [String(repeating: "long", count: 60)] {
                    let name = first + second + third
                    let owner = owners.updateValue(name, forKey: FileName.sanitised(name))
                    #expect(owner == nil || owner == name)
                }
            }
        }
    }

    @Test(arguments: [
        ("con", "%63on"), ("NUL", "%4EUL"), ("Aux.csv", "%41ux.csv"), ("prn  .x", "%70rn  .x"),
        ("com1", "%63om1"), ("LPT9.a.b", "%4CPT9.a.b"), ("com²", "%63om²"), ("com", "com"),
        ("com10", "com10"), ("lpt٣", "lpt٣"), ("conin", "conin"), ("a.con", "a.con"),
        ("%63on", "%2563on"),
    ])
    func `is no device of Windows`(name: String, result: String) {
        #expect(FileName.ofFolder(name) == result)
    }

    @Test func `is safe for any character`() {
        let values = Array(0..<UInt32(0x3100)) + stride(from: UInt32(0x3100), to: 0x11_0000, by: 97)
        for value in values {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let name = FileName.sanitised(String(scalar))
            if name.contains("/") || name.contains("\0") || name.hasPrefix(".") || name.isEmpty {
                Issue.record("U+\(String(value, radix: 16)) became \(name)")
            }
        }
    }
}

@Suite("The files of a run", .timeLimit(.minutes(15)))
struct FileNamesTests {
    let settings = DataTemplateSettings()
    let values = FileNameTemplate.Values(export: "Daily customers", run: 42, now: 0)

    @Test func `are named after their tables, with the schema outside public`() throws {
        let tables = [
            TableName(schema: "public", name: "orders"), TableName(schema: "crm", name: "a/b"),
        ]

        #expect(try settings.fileNames(for: tables, values) == ["orders.csv", "crm.a%2Fb.csv"])
    }

    @Test func `are no devices of Windows, whatever makes their names`() throws {
        let tables = [
            TableName(schema: "public", name: "aux"), TableName(schema: "con", name: "orders"),
            TableName(schema: "public", name: "%61ux"),
        ]
        let named = { (json: String) in try DataTemplateSettings(json: json) }
        let ofRun = FileNameTemplate.Values(export: "nul", run: 1, now: 0)

        #expect(
            try settings.fileNames(for: tables, values)
                == ["%61ux.csv", "%63on.orders.csv", "%2561ux.csv"])
        #expect(
            try named(#"{"file_name": "com{{run}}"}"#).fileNames(for: [tables[0]], ofRun)
                == ["%63om1.csv"])
        #expect(
            try named(#"{"compression": "zip"}"#).archiveName(ofRun, ending: ".zip")
                == "%6Eul.zip")
    }

    @Test(arguments: [
        (TableName(schema: "public", name: "Orders"), TableName(schema: "public", name: "orders")),
        (TableName(schema: "a", name: "b"), TableName(schema: "public", name: "a.b")),
        (
            TableName(schema: "public", name: "caf\u{E9}"),
            TableName(schema: "public", name: "cafe\u{301}")
        ),
    ])
    func `must not be one file for two tables`(first: TableName, second: TableName) {
        let error = #expect(throws: FileNameError.self) {
            try settings.fileNames(for: [first, second], values)
        }

        #expect(error?.description.contains("would both write") == true)
    }

    @Test(arguments: [
        (
            TableName(schema: "public", name: "caf\u{E9}"),
            TableName(schema: "public", name: "cafe\u{301}"),
            [#"public."caf\u{e9}""#, #"public."cafe\u{301}""#]
        ),
        (
            TableName(schema: "a.b", name: "c"), TableName(schema: "a", name: "b.c"),
            [#""a.b".c"#, #"a."b.c""#]
        ),
    ])
    func `are rejected with distinguishable names`(
        first: TableName, second: TableName, reported: [String]
    ) {
        let error = #expect(throws: FileNameError.self) {
            try settings.fileNames(for: [first, second], values)
        }

        #expect(reported.allSatisfy { error?.description.contains($0) == true })
    }

    @Test func `must not hold one table twice`() {
        let table = TableName(schema: "public", name: "orders")

        let error = #expect(throws: FileNameError.self) {
            try settings.fileNames(for: [table, table], values)
        }

        #expect(
            error?.description
                == "table \"orders\" is listed twice and would write \"orders.csv\" twice: "
                + "list it once")
    }
}
