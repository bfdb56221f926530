import Pages
import Testing

@Suite("The page of errors")
struct ErrorPageTests {
    private let page: Page

    init() throws { page = try Page("docs/errors.md") }

    @Test func `has each SQLSTATE of the schema`() throws {
        let raised = try found(/'(FY\d{3})'/, in: ["sql/functions", "sql/views"], ["sql"])
        #expect(raised.count > 15)
        #expect(try names("Errors when a command is sent", table: 0) == raised.sorted())
    }

    @Test func `has each code of a rejection`() throws {
        let codes = try Project.file("Sources/Lifecycle/Commands/RejectionCode.swift").text
            .matches(of: /case \w+ = "(\w+)"/).map { String($0.output.1) }
        #expect(codes.count > 40)
        #expect(try names("Errors when a command is applied", table: 0) == codes.sorted())
    }

    @Test func `has the codes of commands that end otherwise`() throws {
        let result = try Project.file("Sources/CommandProcessing/BatchResult.swift").text
        let failed = result.matches(of: /code: "(\w+)"/).map { String($0.output.1) }
        let canceled = try Project.file("sql/functions/cancel_commands.sql").text
            .matches(of: /v_command\.id, 'canceled', '(\w+)'/).map { String($0.output.1) }

        #expect(
            try names("Errors when a command is applied", table: 1) == (failed + canceled).sorted())

        let attempts = try Project.file("Sources/CommandProcessing/RetryPolicy.swift").text
            .firstMatch(of: /attemptsMax: Int = (\d+)/)?.output.1
        let text = try page.section("Errors when a command is applied").text
        #expect(text.contains("in \(try #require(attempts)) attempts"))
    }

    @Test func `has each code of a run`() throws {
        var codes = try found(
            /code: "(\w+)"/, in: ["Sources/RunEngine", "Sources/Lifecycle"], ["swift"],
            without: /Manifest\.Warning\(\s*code: "\w+"/)
        codes.formUnion(
            try found(
                /code: .*\? "(\w+)" : "\w+"/, in: ["Sources/RunEngine", "Sources/Lifecycle"],
                ["swift"]))
        codes.formUnion(
            try found(
                /code: .*\? "\w+" : "(\w+)"/, in: ["Sources/RunEngine", "Sources/Lifecycle"],
                ["swift"]))
        for path in [
            "Destinations/DestinationError", "RunEngine/SourceError+RunError",
            "Formats/PGP/PGPError",
        ] {
            codes.formUnion(try self.codes(of: "Sources/\(path).swift"))
        }
        #expect(codes.count > 30)
        #expect(try names("Errors of a run", table: 0) == codes.sorted())
    }

    @Test func `has each code of a warning`() throws {
        let codes = try found(
            /Manifest\.Warning\(\s*code: "(\w+)"/, in: ["Sources/RunEngine"], ["swift"])
        #expect(codes.count > 2)
        #expect(try names("Warnings of a run", table: 0) == codes.sorted())
    }

    @Test func `says of each what to do`() {
        for table in page.sections.flatMap(\.tables) where table.columns.last == "remedy" {
            for row in table.rows { #expect(row.allSatisfy { !$0.isEmpty }, "\(row)") }
        }
    }

    /// The names in the first column, in order.
    private func names(_ heading: String, table: Int) throws -> [String] {
        let tables = try page.section(heading).tables
        try #require(tables.count > table)
        return tables[table].rows.flatMap { Page.names(in: $0[0]) }.sorted()
    }

    private func found(
        _ pattern: Regex<(Substring, Substring)>, in folders: [String], _ extensions: Set<String>,
        without left: Regex<Substring>? = nil
    ) throws -> Set<String> {
        try Project.files(in: folders, extensions).reduce(into: []) { names, file in
            let text = left.map { file.text.replacing($0, with: "") } ?? file.text
            for match in text.matches(of: pattern) { names.insert(String(match.output.1)) }
        }
    }

    /// What the property `code` of an error can be.
    private func codes(of path: String) throws -> [String] {
        let lines = try Project.file(path).lines.drop { !$0.hasSuffix("var code: String {") }
        let body = lines.prefix { $0 != "    }" }.joined(separator: "\n")
        let codes = body.matches(of: /"(\w+)"/).map { String($0.output.1) }
        try #require(!codes.isEmpty, "\(path)")
        return codes
    }
}
