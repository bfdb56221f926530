import ArgumentParser
import Pages
import Testing

@testable import ferry

@Suite("The pages of the program", .timeLimit(.minutes(15)))
struct ProgramPageTests {
    @Test func `have every exit status with its meaning`() throws {
        let statuses = ExitStatus.allCases.map { String($0.rawValue) }
        let documented = try Page("docs/cli.md").section("Exit status").tables.flatMap(\.rows)
        #expect(documented == ExitStatus.allCases.map { ["\($0.rawValue)", $0.meaning] })

        for (path, heading) in [
            ("docs/worker.md", "Stopping"), ("docs/troubleshooting.md", "A worker does not start"),
        ] {
            let some = try Page(path).section(heading).tables.flatMap(\.rows).map { $0[0] }
            #expect(!some.isEmpty && Set(some).isSubset(of: statuses), "\(path)")
        }
    }

    @Test func `have every option of the worker with its default`() throws {
        let help = FerryProgram.helpMessage(for: WorkerCommand.self, columns: 1000)
        let options = help.matches(of: /\n  (--[a-z-]+)([^\n]*)/)
            .filter { $0.output.1 != "--version" }
        let rows = try Page("docs/worker.md").section("Options").tables.flatMap(\.rows)

        #expect(rows.map { Page.names(in: $0[0]) } == options.map { [String($0.output.1)] })
        for (row, option) in zip(rows, options) {
            guard let value = option.output.2.firstMatch(of: /\(default: ([^)]*)\)/) else {
                continue
            }
            #expect(
                row[3].replacing("`", with: "") == value.output.1.replacing(/\.0$/, with: ""),
                "\(row[0])")
        }
    }

    @Test func `say which values the options of the worker can have`() async throws {
        var ranges = 0
        for row in try Page("docs/worker.md").section("Options").tables.flatMap(\.rows) {
            guard let range = row[2].wholeMatch(of: /(\d+) to (\d+)/),
                let name = Page.names(in: row[0]).first, let least = Int(range.output.1),
                let most = Int(range.output.2)
            else { continue }
            ranges += 1
            for value in [least, most] {
                _ = try await FerryProgram.asyncParseAsRoot(["worker", name, "\(value)"])
            }
            for value in [least - 1, most + 1] {
                await #expect(throws: (any Error).self, "\(name) \(value)") {
                    try await FerryProgram.asyncParseAsRoot(["worker", "\(name)=\(value)"])
                }
            }
        }
        #expect(ranges == 5)
    }

    @Test func `name every subcommand`() throws {
        let text = try Page("docs/cli.md").sections.map(\.text).joined(separator: "\n")
        let subcommands = FerryProgram.configuration.subcommands
        #expect(subcommands.count > 20)
        for subcommand in subcommands {
            guard subcommand.configuration.shouldDisplay else { continue }
            let name = subcommand._commandName
            #expect(
                text.contains("`\(name)") || text.contains("ferry \(name)"), "\(name)")
        }
    }

    /// Lines that begin with `ferry`, and nothing else on them.
    @Test(arguments: ["troubleshooting", "worker"])
    func `show command lines that the program accepts`(_ name: String) async throws {
        var found = 0
        for line in try Page("docs/\(name).md").sections.flatMap(\.lines) {
            guard line.hasPrefix("    ferry ") else { continue }
            found += 1
            do {
                _ = try await FerryProgram.asyncParseAsRoot(Array(Self.words(of: line).dropFirst()))
            } catch {
                Issue.record("\(line): \(FerryProgram.message(for: error))")
            }
        }
        #expect(found > 0)
    }

    /// As a shell splits them.
    private static func words(of line: String) -> [String] {
        line.matches(of: /(?:"[^"]*"|\\.|[^\s"\\])+/).map {
            $0.output.replacing(/\\(.)/) { $0.output.1 }.replacing("\"", with: "")
        }.map { String($0) }
    }
}
