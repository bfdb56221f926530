import Pages
import Testing

@Suite("The variables of docs/worker.md")
struct VariablePageTests {
    private let sources: [Project.File]

    init() throws {
        sources = try Project.files(in: ["Sources"], ["swift"])
            .filter { $0.module != "FerryBench" }
        try #require(sources.count > 200)
    }

    @Test func `are all of Ferry's own that the sources name`() throws {
        let tables = try Page("docs/worker.md").section("Environment variables").tables
        let documented = tables.flatMap(\.rows).flatMap { Page.names(in: $0[0]) }
            .filter { $0.hasPrefix("FERRY_") }
        let named = named(/\b(FERRY_[A-Z_0-9]+)\b/).map {
            $0.hasPrefix("FERRY_CREDENTIAL_") ? "FERRY_CREDENTIAL_NAME" : $0
        }

        #expect(documented.count > 10)
        #expect(Set(documented) == Set(named))
    }

    @Test func `are all of others that the sources read`() throws {
        let documented = try ["docs/worker.md", "docs/destinations.md"].map {
            try Project.file($0).text
        }.joined()
        let read = named(/nvironment\[\s*"([A-Z_0-9]+)"/)
            .union(named(/environment\("([A-Z_0-9]+)"\)/))
            .union(named(/"(AWS_[A-Z_0-9]+)"/))

        #expect(read.count > 10)
        for name in read.sorted() {
            // Those of libpq are documented by PostgreSQL.
            if name.hasPrefix("PG") { continue }
            #expect(documented.contains("`\(name)"), "\(name)")
        }
    }

    private func named(_ pattern: Regex<(Substring, Substring)>) -> Set<String> {
        sources.reduce(into: []) { names, file in
            for match in file.text.matches(of: pattern) { names.insert(String(match.output.1)) }
        }
    }
}
