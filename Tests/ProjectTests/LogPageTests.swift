import Foundation
import Pages
import Testing

@Suite("The page of logs")
struct LogPageTests {
    private struct Message {
        let file: Project.File
        let text: String
        let levels: Set<String>
        let fields: Set<String>
    }

    private let page: Page
    private let messages: [Message]

    init() throws {
        page = try Page("docs/logs.md")
        messages = try Project.files(in: ["Sources"], ["swift"]).flatMap(Self.messages)
        try #require(messages.count > 15)
    }

    @Test func `has each message with its level`() throws {
        let rows = try #require(try page.section("Messages").tables.first).rows
        let documented = rows.compactMap { Page.names(in: $0[0]).first }

        #expect(documented.count == Set(documented).count)
        #expect(Set(documented) == Set(messages.map(\.text)))
        for row in rows {
            let text = Page.names(in: row[0]).first
            let levels = messages.filter { $0.text == text }.reduce(into: Set()) {
                $0.formUnion($1.levels)
            }
            #expect(Set(row[1].components(separatedBy: " or ")) == levels, "\(row[0])")
        }
    }

    @Test func `has each field`() throws {
        let rows = try #require(try page.section("Fields").tables.first).rows
        let documented = rows.compactMap { Page.names(in: $0[0]).first }

        let fields = messages.reduce(into: Set()) { $0.formUnion($1.fields) }
        #expect(documented == fields.sorted())
    }

    /// `docs/logs.md`: "the text of a message has no values in it, all values are fields".
    @Test func `is right that messages hold no values`() {
        for message in messages {
            #expect(!message.text.contains("\\("), "\(message.file): \(message.text)")
        }
    }

    private static func messages(of file: Project.File) -> [Message] {
        Call.all(in: file.text, /\blogger\.([a-z]+)\(/, quote: "\u{0}").compactMap { call in
            let text: String
            if let long = call.text.firstMatch(of: /"""\n((?s:.*?))\n\s*"""/) {
                text = String(long.output.1)
                    .replacing(/\\\n/, with: "\n").replacing(/\s*\n\s*/, with: " ")
                    .trimmingCharacters(in: .whitespaces)
            } else if let short = call.text.firstMatch(of: /"([^"]*)"/) {
                text = String(short.output.1)
            } else {
                return nil
            }
            let fields = call.text.matches(of: /"([a-z_]+)": "/).map { String($0.output.1) }
            let levels =
                call.name == "log"
                ? call.text.matches(of: /\.(error|warning|notice|info|debug)\b/)
                    .map { String($0.output.1) }
                : [call.name]
            return Message(file: file, text: text, levels: Set(levels), fields: Set(fields))
        }
    }
}
