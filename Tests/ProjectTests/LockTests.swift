import Foundation
import Testing

@Suite("The locks of the queue")
struct LockTests {
    private let code: [Project.File]

    init() throws {
        code = try Project.files(in: ["Sources", "sql"], ["swift", "sql"])
        try #require(code.count > 200)
    }

    /// Any role that may connect can take any advisory lock, so none may mean anything there.
    @Test func `are rows, not advisory locks`() {
        for file in code where file.text.contains("_advisory_") {
            if file.module == "Destinations" { continue }
            Issue.record("\(file) takes an advisory lock")
        }
    }

    @Test func `are taken for purposes that exist, each by one function`() throws {
        let table = try Project.file("sql/migrations/0001_schemas_and_roles.sql").text
        let purposes = table.matches(of: #/\('([a-z ]+)', \d+\)/#).map { String($0.output.1) }
        #expect(purposes.count > 4)
        #expect(Set(purposes).count == purposes.count)

        var takers: [String: Set<String>] = [:]
        for file in code {
            for use in file.text.matches(of: #/take_lock\(\s*'([^']+)'/#) {
                takers[String(use.output.1), default: []].insert(file.path)
            }
        }
        #expect(Set(takers.keys).isSubset(of: purposes))
        for (purpose, files) in takers {
            #expect(files.count == 1, "\(purpose): \(files.sorted())")
        }
    }

    @Test func `in destinations have names that differ`() throws {
        let files = code.filter { $0.module == "Destinations" && $0.text.contains("_advisory_") }
        #expect(!files.isEmpty)
        var names: [String] = []
        for file in files {
            let found = file.text.matches(of: #/["']ferry ([a-z]+) /#).map { String($0.output.1) }
            #expect(found.count == 1, "\(file): \(found)")
            names += found
        }
        #expect(Set(names).count == names.count, "\(names)")
    }
}
