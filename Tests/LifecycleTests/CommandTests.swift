import Foundation
import Testing
import Values

@testable import Lifecycle

@Suite("A command")
struct CommandTests {
    @Test func `is read for every definition, each as another type`() throws {
        var types: Set<String> = []
        for definition in CommandDefinition.all {
            let arguments = sampleArguments(of: definition, all: true)
            let command = try ParsedCommand(name: definition.command, arguments: .object(arguments))
            types.insert("\(type(of: command.command))")
            #expect(!command.references(in: "production").isEmpty)

            for (name, argument) in definition.arguments where argument.required {
                var incomplete = arguments
                incomplete[name] = nil
                #expect(throws: Rejection.self) {
                    try ParsedCommand(name: definition.command, arguments: .object(incomplete))
                }
            }
        }
        #expect(types.count == CommandDefinition.all.count)
    }

    @Test func `takes its lane's key from arguments it has`() {
        for definition in CommandDefinition.all {
            for argument in definition.key + (definition.keyWhenAbsent ?? []) {
                #expect(definition.arguments[argument] != nil)
            }
        }
    }

    @Test func `is in the list, once its type is written`() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/Lifecycle")
        let files = try #require(
            FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var written: [String] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            written += text.matches(of: /(?m)^struct (\w+): Command(?:OnNamed)? \{/)
                .map { String($0.1) }
        }

        #expect(written.sorted() == CommandDefinition.types.map { "\($0)" }.sorted())
        #expect(written.count > 40)
    }

    @Test func `refers to the objects that it needs`() throws {
        let add = try ParsedCommand(
            name: "add_orchestration",
            arguments: ["data_export": " Daily ", "destination": "LAKE", "data_template": "Csv"])

        let references = add.references(in: "production")

        func reference(_ kind: ObjectKind, _ key: String) -> Reference {
            Reference(kind: kind, environment: "production", key: key)
        }
        #expect(
            references == [
                reference(.orchestration, "daily"), reference(.dataExport, "daily"),
                reference(.destination, "lake"), reference(.dataTemplate, "lake\u{1f}csv"),
            ])
    }

    @Test(arguments: [
        ("crm", true), ("0-crm_eu.west", true), (String(repeating: "a", count: 63), true),
        (String(repeating: "a", count: 64), false), ("", false), ("CRM", false), ("_x", false),
        (".x", false), ("a b", false), ("a/b", false), ("ü", false), ("a\n", false),
        ("env:CRM_URL", false), ("file:/run/secrets/crm", false),
        ("postgres://u:p@h/d", false), ("host=h password=p", false),
    ])
    func `takes only names as credentials`(text: String, isTaken: Bool) {
        let command = try? ParsedCommand(
            name: "register_database", arguments: ["name": "d", "credential": .string(text)])

        #expect((command != nil) == isTaken)
    }

    @Test func `folds 100,000 times at a cost that does not grow with the world`() {
        let count: Int64 = 50_000
        var world = Scene(export: nil).world
        let envelopes = (0..<count).map { index in
            command(
                "create_data_export",
                ["name": .string("Export \(index)"), "database": "crm", "tables": ["a", "b"]],
                id: 1000 + index)
        }
        let time = processorTime {
            for envelope in envelopes { _ = decide(envelope, &world) }
            for index in 0..<count {
                let name: JSONValue = .string("export \(index)")
                _ = decide(
                    command("activate_data_export", ["name": name], id: 60_000 + index), &world)
            }
        }

        #expect(world.changes().versions.count == Int(count))
        // Far more than it takes: a scan of the world for each command would take minutes.
        #expect(time < .seconds(60))
    }

    /// Of this thread, whatever else the machine does meanwhile.
    private func processorTime(of work: () -> Void) -> Duration {
        func used() -> Duration {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
        let before = used()
        work()
        return used() - before
    }
}
