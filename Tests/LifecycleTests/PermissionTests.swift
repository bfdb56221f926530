import Testing
import Values

@testable import Lifecycle

@Suite("A policy")
struct PermissionTests {
    struct Case: CustomTestStringConvertible {
        let action: Action
        let policy: Policy
        let options: Set<PolicyOption>
        let isAllowed: Bool

        var testDescription: String {
            "\(policy.rawValue) \(options.map(\.rawValue).sorted()): \(action.rawValue)"
        }
    }

    @Test(arguments: permissionCases)
    func `allows in its environment what the table says, and nothing elsewhere`(_ example: Case) {
        for place in [nil, "production", "try out"] {
            let assignment = PolicyAssignment(
                id: 1, role: "r", policy: example.policy, environment: place,
                options: example.options, createdBy: "anna")
            for asked in ["production", "try out"] {
                let isHere = place == nil || place == asked

                let permission = HeldPolicies(own: [assignment]).permission(
                    for: example.action, in: asked)

                #expect((permission == .allowed) == (isHere && example.isAllowed))
            }
        }
    }

    @Test(arguments: permissionCases)
    func `takes away when it is denied what it would allow, whatever else is granted`(
        _ example: Case
    ) {
        let everything = Scene.assignment(.administrator, .allowSandboxAdministration)
        let denial = Scene.assignment(
            example.policy, id: 91, role: "staff", in: "production", isDenial: true)
        let table = permissionCases.filter {
            $0.policy == example.policy && $0.action == example.action
                && !$0.options.contains(.restrictDataExports)
        }
        let isTaken = table.contains(where: \.isAllowed)

        let here = HeldPolicies(own: [everything, denial]).permission(
            for: example.action, in: "production")
        let elsewhere = HeldPolicies(own: [everything, denial]).permission(
            for: example.action, in: "try out")

        #expect(here == (isTaken ? .denied(denial) : .allowed))
        #expect(elsewhere == .allowed)
    }

    @Test(arguments: Action.allCases)
    func `is needed for everything`(_ action: Action) {
        #expect(HeldPolicies(own: []).permission(for: action, in: "production") == .notGranted)
    }

    @Test func `has a cell in the table for every action, policy and option`() {
        let cells = Set(permissionCases.map(\.testDescription))

        #expect(permissionCases.count == 11 * 3 * 4)
        #expect(cells.count == permissionCases.count)
        #expect(Set(permissionCases.map(\.action)) == Set(Action.allCases))
    }

    @Test func `is asked for by every command`() {
        let listed = commandActions.values.flatMap { $0 }

        #expect(listed.sorted() == CommandDefinition.all.map(\.command).sorted())
    }

    @Test(arguments: CommandDefinition.all.map(\.command), Policy.allCases)
    func `lets a command through only where the table allows its action`(
        _ name: String, _ policy: Policy
    ) throws {
        let action = try #require(commandActions.first { $0.value.contains(name) }?.key)
        let cell = try #require(
            permissionCases.first {
                $0.action.rawValue == action && $0.policy == policy && $0.options.isEmpty
            })
        var world = Scene(hasOrchestration: true, rights: [Scene.assignment(policy)]).world
        var outsider = Scene(hasOrchestration: true, rights: []).world
        let envelope = command(name, .object(try arguments(of: name)))

        let decision = decide(envelope, &world)
        let refusal = decide(envelope, &outsider)

        #expect(decision.isDenied == !cell.isAllowed)
        #expect(refusal.isDenied)
    }

    private func arguments(of name: String) throws -> [String: JSONValue] {
        sampleArguments(of: try #require(CommandDefinition.named(name)))
    }
}

extension Decision {
    fileprivate var isDenied: Bool {
        if case .rejected(let rejection) = self { return rejection.code == .permissionDenied }
        return false
    }
}

/// The cells of ``permissionTable``.
private let permissionCases: [PermissionTests.Case] = permissionTable.split(separator: "\n")
    .dropFirst(2).flatMap { line -> [PermissionTests.Case] in
        let words = line.split(separator: " ")
        guard let action = Action(rawValue: String(words[0])) else { return [] }
        let columns = [Policy.user, .operator, .administrator].flatMap { policy in
            [[], [.allowSandboxAdministration], [.restrictDataExports], PolicyOption.allCases]
                .map { (policy, Set($0)) }
        }
        return zip(columns, words.dropFirst()).map { column, cell in
            PermissionTests.Case(
                action: action, policy: column.0, options: column.1, isAllowed: cell == "x")
        }
    }
