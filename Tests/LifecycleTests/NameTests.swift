import Lifecycle
import Testing

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

@Suite("The name of a data export")
struct DataExportNameTests {
    private func command(_ name: String) throws -> ParsedCommand {
        try ParsedCommand(name: "create_data_export", arguments: ["name": .string(name)])
    }

    @Test(arguments: [
        "_sandbox", " _SANDBOX ", "_ſandbox", "\u{ff3f}ｓａｎｄｂｏｘ", "_s\u{24d0}ndbox", ".staging",
        ".Staging", "latest.json", "Latest.JSON", "latest\u{ff0e}json",
    ])
    func `is none that Ferry has in destinations, in any form`(name: String) {
        let rejection = #expect(throws: Rejection.self) { try command(name) }

        #expect(rejection?.code == .invalidName)
    }

    @Test(arguments: ["sandbox", "_sandbox 2", "_sandboxes", "_sändbox", "staging", "latest"])
    func `may be any other`(name: String) throws {
        #expect(throws: Never.self) { try command(name) }
    }
}

@Suite("A table name")
struct TableNameTests {
    @Test(arguments: [
        ("customers", "public.customers"), ("sales.orders_2024", "sales.orders_2024"),
        ("Orders", "public.\"Orders\""), ("\"orders\"", "public.orders"),
        ("\"My Schema\".\"t.x\"", "\"My Schema\".\"t.x\""),
        ("order items", "public.\"order items\""),
        ("\"a\"\"b\"", "public.\"a\"\"b\""), ("2024", "public.\"2024\""),
        ("größe", "public.\"größe\""),
    ])
    func `has one canonical text, which reads back as itself`(
        text: String, canonical: String
    ) throws {
        let table = try #require(TableName(text))

        #expect(table.canonical == canonical)
        #expect(TableName(canonical) == table)
    }

    @Test(arguments: [
        "", ".", "a.", ".a", "a.b.c", "\"", "\"\"", "\"a", "\"a\"b", "a\"b", " a", "a ", "a. b",
        "a\nb", "\"a\0b\"",
    ])
    func `is nothing else`(_ text: String) {
        #expect(TableName(text) == nil)
    }

    @Test func `fits into PostgreSQL's 63 bytes a part`() {
        #expect(TableName(String(repeating: "x", count: 63)) != nil)
        #expect(TableName(String(repeating: "x", count: 64)) == nil)
    }

    @Test func `differs when PostgreSQL's bytes do`() {
        #expect(TableName("é") != TableName("e\u{301}"))
    }

    @Test func `is listed once and in order`() throws {
        let selection: TableSelection = try decoded("[\"public.b\", \"a\", \"b\"]")

        #expect(try json(selection) == "[\"public.a\",\"public.b\"]")
        #expect(try decoded("\"all\"", as: TableSelection.self) == .all)
        #expect(throws: (any Error).self) { try decoded("\"some\"", as: TableSelection.self) }
    }
}
