import Testing
import Values

@testable import Lifecycle

@Suite("A merge of base, production and sandbox")
struct ConfigurationMergeTests {
    /// What an object is on one side: absent, or one of three definitions.
    enum Side: String, CaseIterable {
        case absent, a, b, c

        var definition: JSONValue? { self == .absent ? nil : ["is": .string(rawValue)] }
    }

    struct Case: CustomTestStringConvertible {
        let base: Side
        let production: Side
        let sandbox: Side

        var testDescription: String { "\(base) × \(production) × \(sandbox)" }

        var merge: ConfigurationMerge {
            ConfigurationMerge(
                base: configuration(base), production: configuration(production),
                sandbox: configuration(sandbox))
        }

        private func configuration(_ side: Side) -> ConfigurationSnapshot {
            ConfigurationSnapshot(
                side.definition.map { [ObjectDefinition(.database, "crm", $0)] } ?? [])
        }
    }

    static let cases = Side.allCases.flatMap { base in
        Side.allCases.flatMap { production in
            Side.allCases.map { Case(base: base, production: production, sandbox: $0) }
        }
    }

    @Test(arguments: cases)
    func `shows the changes of each side since the base`(_ example: Case) {
        func change(_ side: Side) -> ConfigurationDifference.Change? {
            switch (example.base, side) {
            case (.absent, .absent): nil
            case (.absent, _): .added
            case (_, .absent): .removed
            case (let base, let side): base == side ? nil : .changed
            }
        }

        let difference = example.merge.differences.first

        #expect(difference?.inProduction == change(example.production))
        #expect(difference?.inSandbox == change(example.sandbox))
        let isSame = example.base == example.production && example.base == example.sandbox
        #expect((difference == nil) == isSame)
    }

    @Test(arguments: cases)
    func `has a conflict where both sides changed it to something else`(_ example: Case) {
        let sides = Set([example.base, example.production, example.sandbox])

        #expect(example.merge.conflicts.count == (sides.count == 3 ? 1 : 0))
    }

    @Test(arguments: cases, ConfigurationMerge.Side.allCases)
    func `pulls what production changed, and in conflicts what is kept`(
        _ example: Case, _ kept: ConfigurationMerge.Side
    ) {
        let isConflict = Set([example.base, example.production, example.sandbox]).count == 3
        let expected: Side =
            if isConflict {
                kept == .production ? example.production : example.sandbox
            } else {
                example.production != example.base ? example.production : example.sandbox
            }

        let target = example.merge.pulled(keeping: kept).first

        let becomes = target.map { $0.object?.definition } ?? example.sandbox.definition
        #expect(becomes == expected.definition)
        #expect(target == nil || target?.change != nil)
    }

    @Test(arguments: cases)
    func `promotes what the sandbox changed, and nothing else`(_ example: Case) {
        let target = example.merge.promoted().first

        #expect((target != nil) == (example.base != example.sandbox))
        if let target { #expect(target.object?.definition == example.sandbox.definition) }
    }

    @Test func `takes names that differ in case for one`() {
        let base = ConfigurationSnapshot([ObjectDefinition(.database, "CRM", ["is": "a"])])
        let other = ConfigurationSnapshot([ObjectDefinition(.database, "crm", ["is": "a"])])

        let merge = ConfigurationMerge(base: base, production: other, sandbox: base)

        #expect(merge.differences.isEmpty)
    }

    @Test func `keeps templates of different destinations apart`() {
        let one = ObjectDefinition(.dataTemplate, "csv", destination: "Lake", ["is": "a"])
        let other = ObjectDefinition(.dataTemplate, "csv", destination: "Sea", ["is": "b"])

        let merge = ConfigurationMerge(
            base: ConfigurationSnapshot([one]), production: ConfigurationSnapshot([one]),
            sandbox: ConfigurationSnapshot([one, other]))

        #expect(merge.differences.map(\.key) == [other.key])
        #expect(merge.differences.first?.inSandbox == .added)
    }

    @Test func `lists objects before those that refer to them`() {
        let objects = [
            ObjectDefinition(.orchestration, "a", [:]), ObjectDefinition(.dataExport, "b", [:]),
            ObjectDefinition(.dataTemplate, "c", destination: "d", [:]),
            ObjectDefinition(.destination, "d", [:]), ObjectDefinition(.database, "e", [:]),
        ]

        let merge = ConfigurationMerge(
            base: ConfigurationSnapshot(), production: ConfigurationSnapshot(objects),
            sandbox: ConfigurationSnapshot())

        #expect(
            merge.differences.map(\.key.kind) == [
                .database, .destination, .dataTemplate, .dataExport, .orchestration,
            ])
    }
}
