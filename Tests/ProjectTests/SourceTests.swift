import Foundation
import Testing

@Suite("The sources")
struct SourceTests {
    private let code: [Project.File]
    private let sources: [Project.File]

    init() throws {
        code = try Project.files(in: ["Sources", "Tests", "sql"], ["swift", "sql", "h"])
        sources = code.filter { $0.path.hasPrefix("Sources/") && $0.path.hasSuffix(".swift") }
        // Without this the rules below could hold of nothing.
        try #require(sources.count > 50 && code.count > sources.count)
    }

    @Test func `have files of at most 300 lines`() {
        for file in code where file.lines.count > 300 {
            Issue.record("\(file) has \(file.lines.count) lines")
        }
    }

    @Test func `have lines of at most 100 columns in Swift`() {
        for file in code where file.path.hasSuffix(".swift") {
            for (index, line) in file.lines.enumerated() where line.count > 100 {
                Issue.record("\(file):\(index + 1) has \(line.count) columns")
            }
        }
    }

    @Test func `have functions of at most 70 lines`() {
        for file in code where file.path.hasSuffix(".swift") {
            for function in FunctionLengths(of: file).functions where function.lines > 70 {
                Issue.record("\(file):\(function.line) has a function of \(function.lines) lines")
            }
        }
    }

    @Test func `have no marks of what is not finished`() {
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK:"]
        find(marks, in: code)
    }

    @Test func `never end the program on purpose`() {
        find(["try" + "!", "fatal" + "Error(", " as" + "! "], in: sources)
    }

    /// In an optimised build an async function can lock the former in the name of one thread, and
    /// unlock it in the name of another, see `Locked`.
    @Test func `lock by Locks only`() {
        let code = code.filter { $0.path.hasSuffix(".swift") && $0.module != "Locks" }
        find(["Mut" + "ex<", "Mut" + "ex(", "NS" + "Lock", "pthread_" + "mutex"], in: code)
    }

    @Test func `import libpq in Postgres only, and zlib in Formats only`() {
        for (library, module) in [("CLibPQ", "Postgres"), ("CZlib", "Formats")] {
            let importing = code.filter { file in
                file.lines.contains {
                    $0.firstMatch(of: /\bimport (\w+)/)?.output.1 == library[...]
                }
            }
            #expect(!importing.isEmpty)
            for file in importing
            where file.path.hasPrefix("Sources/") == false
                || file.module != module
            {
                Issue.record("\(file) imports \(library)")
            }
        }
    }

    @Test func `have no file or type with a name that says nothing`() {
        let words = ["Util", "Common", "Helper", "Manager", "Misc"]
        for file in code {
            let name = URL(fileURLWithPath: file.path).lastPathComponent
            for word in words where name.contains(word) { Issue.record("\(file)") }
            for line in file.lines {
                guard let type = line.firstMatch(of: /\b(class|struct|enum|actor) (\w+)/) else {
                    continue
                }
                for word in words where type.output.2.contains(word) {
                    Issue.record("\(file): \(type.output.2)")
                }
            }
        }
    }

    private func find(_ texts: [String], in files: [Project.File]) {
        for file in files {
            for (index, line) in file.lines.enumerated() {
                for text in texts where line.contains(text) {
                    Issue.record("\(file):\(index + 1) holds \(text)")
                }
            }
        }
    }
}
