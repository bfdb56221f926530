import Testing
import Values

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
}
