import ArgumentParser
import Lifecycle
import Postgres
import TestSupport
import Testing
import Values

@testable import ferry

@Suite("A subcommand that sends a command", .timeLimit(.minutes(15)))
struct SubcommandTests {
    @Test(arguments: Subcommand.all)
    func `sends what was typed`(_ subcommand: Subcommand) async throws {
        let parsed = try await FerryProgram.asyncParseAsRoot(subcommand.words)

        let sending = try #require(parsed as? any SendingCommand)
        #expect(type(of: sending).command == subcommand.command)
        #expect(try sending.json == subcommand.arguments)
        // What it stands for must be a command that the rules accept.
        _ = try ParsedCommand(name: subcommand.command, arguments: try sending.json)
    }

    @Test func `is there exactly once for each command, with all of its arguments`() {
        let commands = Self.sending(in: FerryProgram.self).map { $0.command }

        #expect(commands.sorted() == CommandDefinition.all.map(\.command).sorted())
        for definition in CommandDefinition.all {
            let typed = Subcommand.all.filter { $0.command == definition.command }
                .reduce(into: Set<String>()) { names, subcommand in
                    if case .object(let members) = subcommand.arguments {
                        names.formUnion(members.keys)
                    }
                }
            #expect(typed == Set(definition.arguments.keys), "\(definition.command)")
        }
    }

    @Test func `says which settings it cannot read`() async {
        let start = ["destination", "create", "D", "--kind", "directory"]
        for (words, message) in [
            ([], "give the settings: --setting key=value, --settings or --settings-file"),
            (["--setting", "path"], "--setting \"path\" is not key=value"),
            (["--setting", "=1"], "--setting \"=1\" is not key=value"),
            (["--setting", "a..b=1"], "--setting \"a..b=1\" has an empty key"),
            (["--setting", "a=1", "--setting", "a=2"], "--setting \"a=2\": a is given twice"),
            (["--setting", "a=1", "--setting", "a.b=2"], "--setting \"a.b=2\": a is given twice"),
            (["--settings", "[]"], "--settings is not a JSON object"),
            (["--settings-file", "/nowhere"], "cannot read --settings-file /nowhere"),
            (
                ["--settings", "{}", "--setting", "a=1"],
                "give one of --setting, --settings and --settings-file"
            ),
        ] {
            do {
                _ = try await FerryProgram.asyncParseAsRoot(start + words)
                Issue.record("accepted: \(words)")
            } catch {
                #expect(FerryProgram.message(for: error) == message)
                #expect(FerryProgram.exitCode(for: error).rawValue == 64)
            }
        }
    }

    /// The subcommands of a command, theirs and so on, that send commands.
    private static func sending(
        in command: any ParsableCommand.Type
    ) -> [any SendingCommand.Type] {
        let here = (command as? any SendingCommand.Type).map { [$0] } ?? []
        return here + command.configuration.subcommands.flatMap(sending)
    }
}
