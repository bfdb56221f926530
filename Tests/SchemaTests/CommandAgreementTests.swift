import Lifecycle
import Postgres
import TestSupport
import Testing
import Values

/// The queue checks arguments when a command is sent, by definitions that it was given; the program
/// checks them when it applies it.
@Suite("What the queue accepts", .timeLimit(.minutes(15)))
struct CommandAgreementTests {
    @Test func `is what the program reads, for every command and every argument`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            var accepted = 0
            var refused = 0
            for definition in CommandDefinition.all {
                for arguments in variants(of: definition) {
                    let json = JSONValue.object(arguments).text
                    let rejection = rejection(of: definition.command, arguments)
                    try await alice.run("begin")
                    let refusal = try await refusal(
                        alice, "insert into ferry.commands (command, arguments) values ($1, $2)",
                        [.text(definition.command), .text(json)])
                    try await alice.run("rollback")

                    if let refusal {
                        refused += 1
                        #expect(
                            rejection != nil, "\(definition.command) \(json): \(refusal.message)")
                    } else {
                        accepted += 1
                        #expect(
                            rejection.map { Self.ofForm.contains($0.code) } != true,
                            "\(definition.command) \(json): \(rejection?.message ?? "")")
                    }
                }
            }
            #expect(accepted > 100 && refused > 500)
        }
    }

    /// What the queue itself can know.
    private static let ofForm: Set<RejectionCode> = [
        .missingArgument, .unknownArgument, .wrongType,
    ]

    private func rejection(of command: String, _ arguments: [String: JSONValue]) -> Rejection? {
        do throws(Rejection) {
            _ = try ParsedCommand(name: command, arguments: .object(arguments))
            return nil
        } catch {
            return error
        }
    }

    /// Arguments that are right, and some with one thing wrong.
    private func variants(of definition: CommandDefinition) -> [[String: JSONValue]] {
        let all = sampleArguments(of: definition)
        var variants = [all, all.merging(["surplus": 1]) { $1 }, [:]]
        for (name, argument) in definition.arguments.sorted(by: { $0.key < $1.key }) {
            var without = all
            without[name] = nil
            variants.append(without)
            for value in Self.values(for: argument) {
                variants.append(all.merging([name: value]) { $1 })
            }
        }
        return variants
    }

    private static func values(for argument: CommandDefinition.Argument) -> [JSONValue] {
        var values: [JSONValue] = [
            .null, true, "x", 1, -1, 1.5, [:], [], ["x"], [1], ["x", .null],
            999_999_999_999_999_999, 1_000_000_000_000_000_000,
        ]
        if let most = argument.charactersMax {
            for character in ["x", "ü", "𝄞"] {
                values += [most, most + 1].map { .string(String(repeating: character, count: $0)) }
            }
        }
        return values
    }

    private func sampleArguments(of definition: CommandDefinition) -> [String: JSONValue] {
        var arguments = definition.arguments.mapValues { argument -> JSONValue in
            switch argument.type {
            case .string: .string(argument.choices?.first ?? "x")
            case .boolean: false
            case .integer: 1
            case .object: [:]
            case .tables, .strings, .names: ["a"]
            }
        }
        if definition.command == "change_setting" { arguments["value"] = "any" }
        if definition.arguments.keys.contains("program") {
            arguments["program"] = nil
            arguments["on"] = ["failure"]
            arguments["runtime_seconds_max"] = nil
        }
        return arguments
    }
}
