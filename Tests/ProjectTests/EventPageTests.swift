import Pages
import Testing

/// That the keys are those of the events that tests leave is checked by `TestDatabase.withSchema`.
@Suite("The page of events")
struct EventPageTests {
    private let events: DocumentedEvents
    private let functions: [Project.File]
    /// What may be the name of a kind or a key, in the code that records events.
    private let literals: Set<String>

    init() throws {
        events = try DocumentedEvents(Page("docs/events.md"))
        functions = try Project.files(in: ["sql/functions"], ["sql"])
        let code =
            functions
            + (try Project.files(in: ["Sources/Lifecycle", "Sources/CommandProcessing"], ["swift"]))
        literals = code.reduce(into: []) { literals, file in
            for match in file.text.matches(of: /['"]([a-z_0-9]+)(?:['"]|\\\()/) {
                literals.insert(String(match.output.1))
            }
        }
        try #require(events.kinds.count > 60 && literals.count > 300)
    }

    @Test func `explains every key that it uses, and no other`() {
        #expect(events.mistakes.isEmpty)
    }

    @Test func `has every kind that commands cause`() throws {
        let text = try Project.file("Sources/Lifecycle/Event.swift").text
        let kinds = try #require(text.split(separator: "enum EventKind").last)
            .matches(of: /case \w+ = "(\w+)"/).map { String($0.output.1) }
        #expect(kinds.count > 40)
        for kind in kinds { #expect(events.kinds[kind] != nil, "\(kind)") }

        let outcomes = try Project.file("Sources/CommandProcessing/BatchResult.swift").text
            .matches(of: /"(command_\w+)"/).map { String($0.output.1) }
        #expect(!outcomes.isEmpty)
        for kind in outcomes { #expect(events.kinds[kind] != nil, "\(kind)") }
    }

    @Test func `has every kind that the schema records, with its keys`() {
        var found = 0
        for file in functions where !file.path.contains("/record_") {
            for call in recordings(in: file) {
                found += 1
                let kinds = events.kinds.keys.filter { kind in
                    call.names.contains(kind)
                        || call.names.contains { $0.hasSuffix("_") && kind.hasPrefix($0) }
                }
                #expect(kinds.count >= call.names.count, "\(file) records \(call.names)")
                let known = kinds.reduce(into: Set<String>()) {
                    $0.formUnion(events.kinds[$1]?.map(\.name) ?? [])
                }
                let missing = call.keys.subtracting(known).sorted()
                #expect(missing.isEmpty, "\(file) records \(kinds) with \(missing)")
            }
        }
        #expect(found > 15)
    }

    @Test func `has no kind and no key that nothing records`() {
        for (kind, keys) in events.kinds {
            let parts = kind.split(separator: "_")
            let isComposed = (1..<parts.count).contains { count in
                literals.contains(parts.prefix(count).joined(separator: "_") + "_")
                    && literals.contains(parts.dropFirst(count).joined(separator: "_"))
            }
            #expect(literals.contains(kind) || isComposed, "\(kind)")
            for key in keys { #expect(literals.contains(key.name), "\(key.name) of \(kind)") }
        }
        for key in events.common { #expect(literals.contains(key), "\(key)") }
    }

    private struct Recording {
        /// Of its kinds; one that ends with `_` is the beginning of several.
        let names: Set<String>
        let keys: Set<String>
    }

    /// The events that a function of the schema records.
    private func recordings(in file: Project.File) -> [Recording] {
        let text = file.withoutSQLComments
        let calls =
            Call.all(in: text, /ferry_state\.(record_event)\(/).map { ($0, details: 6) }
            + Call.all(in: text, /ferry_state\.(record_run_event)\(/).map { ($0, details: 2) }
        return calls.map { call, details in
            Recording(
                names: Set(
                    call.arguments[1].matches(of: /'([a-z_]+)'/).map { String($0.output.1) }),
                keys: keys(of: call.arguments.dropFirst(details).joined(separator: ",")))
        }
    }

    /// The keys of the objects that an expression builds.
    private func keys(of expression: String) -> Set<String> {
        var keys: Set<String> = []
        for call in Call.all(in: expression, /(jsonb_build_object)\(/) {
            for (index, argument) in call.arguments.enumerated() where index % 2 == 0 {
                if let key = argument.wholeMatch(of: /\s*'([a-z_0-9]+)'\s*/) {
                    keys.insert(String(key.output.1))
                }
            }
        }
        return keys
    }
}
