import Testing
import Values

@testable import Lifecycle

@Suite("A sandbox")
struct SandboxTests {
    private let everything = [
        "database crm", "database erp", "destination Lake", "data_template csv",
        "data_export Daily", "orchestration Nightly",
    ]

    @Test func `is a copy of what is configured in production, under new ids`() throws {
        var scene = SandboxScene(
            Scene(
                export: Scene.export(active: Scene.version(3), draft: Scene.draft(2, nil, base: 3)),
                hasOrchestration: true, run: .running))

        let events = scene.apply("create_sandbox", ["name": " Try ", "description": "for May"])

        #expect(scene.names(in: "Try") == everything)
        #expect(
            scene.world.configuration(of: "Try") == scene.world.configuration(of: "production"))
        #expect(events.map(\.kind) == [.sandboxCreated])
        #expect(events.first?.environment == "production")
        let saved = scene.world.changes().saved
        #expect(saved.sandboxes.map(\.name) == ["Try"])
        #expect(saved.sandboxes.first?.description == "for May")
        #expect(saved.sandboxes.first?.base == scene.world.configuration(of: "production"))
        let ids =
            saved.databases.map(\.id) + saved.destinations.map(\.id)
            + saved.dataTemplates.map(\.id) + saved.dataExports.map(\.id)
            + saved.orchestrations.map(\.id) + saved.sandboxes.map(\.id)
            + saved.policyAssignments.map(\.id)
        #expect(Set(ids).count == everything.count + 2)
        #expect(ids.allSatisfy { $0 > 1000 })
        // No runs, no drafts, and versions of its own.
        #expect(saved.runs.isEmpty)
        #expect(saved.dataExports.map(\.draft) == [nil])
        #expect(scene.world.changes().versions.map(\.version.number) == [1])
        #expect(scene.world.changes().versions.map(\.environment) == ["Try"])
    }

    @Test func `has its creator as administrator`() {
        let scene = SandboxScene.withSandbox()

        let assignments = scene.world.changes().saved.policyAssignments
        #expect(assignments.map(\.role) == ["ben"])
        #expect(assignments.map(\.policy) == [.administrator])
        #expect(assignments.map(\.environment) == ["Try"])
        #expect(assignments.map(\.options) == [[]])
    }

    @Test func `lets no role run there that is restricted in production`() {
        var scene = SandboxScene(options: .restrictDataExports)

        scene.apply("create_sandbox", ["name": "Try"])

        #expect(
            scene.world.changes().saved.policyAssignments.map(\.options)
                == [[.restrictDataExports]])
    }

    @Test func `is changed without touching production`() {
        var scene = SandboxScene.withSandbox()
        let before = scene.world.configuration(of: "production")

        scene.apply("add_tables", ["name": "Daily", "tables": ["c"]], in: "Try")
        scene.apply("activate_data_export", ["name": "daily"], in: "Try")
        scene.apply("delete_orchestration", ["name": "Nightly"], in: "Try")

        #expect(scene.world.configuration(of: "production") == before)
        #expect(scene.names(in: "Try") == everything.dropLast())
        let tables = scene.definition(.dataExport, "Daily", in: "Try")
        #expect(
            tables == [
                "database": "crm", "tables": ["public.a", "public.b", "public.c"],
                "table_settings": [:],
            ])
    }

    @Test func `delivers into its quarantine, as its tests and plans do`() {
        var scene = SandboxScene.withSandbox()

        scene.apply("run_orchestration", ["name": "Nightly"], in: "Try")
        scene.apply("test_destination", ["name": "Lake"], in: "Try")
        scene.apply("plan_run", ["name": "Nightly"], in: "Try")
        scene.apply("run_orchestration", ["name": "Nightly"])

        let runs = scene.world.changes().saved.runs
        #expect(runs.map { $0.inputs?.destination.sandbox } == ["Try", nil])
        #expect(runs.map(\.environment) == ["Try", "production"])
        let sandboxes = scene.facts.compactMap { fact -> String? in
            switch fact {
            case .destinationTest(let destination): destination.sandbox
            case .runPlan(_, let inputs): inputs.destination.sandbox
            default: nil
            }
        }
        #expect(sandboxes == ["Try", "Try"])
    }

    @Test func `is deleted with all that is in it, and nothing else`() {
        var scene = SandboxScene.withSandbox()
        let before = scene.world.configuration(of: "production")
        scene.apply("create_data_export", ["name": "New"], in: "Try")

        let events = scene.apply("delete_sandbox", ["name": "try", "confirm": "TRY"])

        #expect(events.map(\.kind) == [.sandboxDeleted])
        #expect(scene.world.configuration(of: "production") == before)
        #expect(scene.names(in: "Try").isEmpty)
        #expect(scene.world.changes().saved == SavedObjects())
        #expect(
            scene.rejection("create_data_export", ["name": "X"], in: "Try")
                == .unknownEnvironment)
    }

    @Test(arguments: RunState.allCases)
    func `is not deleted while a run in it has not ended`(_ state: RunState) {
        var scene = SandboxScene.withSandbox()
        scene.apply("run_orchestration", ["name": "Nightly"], in: "Try")
        scene.setState(of: "Try", to: state)

        let code = scene.rejection("delete_sandbox", ["name": "Try", "confirm": "Try"])

        #expect(code == (state.isTerminal ? nil : .runInProgress))
    }

    @Test func `of another role is deleted only with the option for it`() {
        for options in [[], [PolicyOption.allowSandboxAdministration]] {
            var world = SandboxScene.withSandbox().world
            let assignment = PolicyAssignment(
                id: 95, role: "carl", policy: .operator, environment: nil, options: Set(options),
                createdBy: "anna")
            world.load(rights: [assignment], of: "carl")

            let decision = decide(
                CommandEnvelope(
                    id: 5000, environment: "production", actor: "carl", name: "delete_sandbox",
                    arguments: ["name": "Try", "confirm": "Try"]), &world)

            switch decision {
            case .applied: #expect(!options.isEmpty)
            case .rejected(let rejection):
                #expect(options.isEmpty)
                #expect(rejection.code == .permissionDenied)
                #expect(
                    rejection.message.contains(
                        "needs the option allow_sandbox_administration of "
                            + "datagrid_administrator or datagrid_operator"))
            case .needs(let fact): Issue.record("needs \(fact)")
            }
        }
    }

    @Test(arguments: ["Production", "ALL", "*", "", String(repeating: "ü", count: 65), "a\u{7}"])
    func `has a name of its own, of at most 64 characters`(_ name: String) {
        var scene = SandboxScene()

        #expect(scene.rejection("create_sandbox", ["name": .string(name)]) == .invalidName)
        scene.apply("create_sandbox", ["name": .string(String(repeating: "ü", count: 64))])
        #expect(
            scene.rejection(
                "create_sandbox", ["name": .string(String(repeating: "Ü", count: 64))])
                == .nameInUse)
    }

    @Test func `makes no role administrator of production`() {
        var world = SandboxScene.withSandbox().world
        let own = Scene.assignment(.administrator, id: 99, role: "carl", in: "Try")
        world.load(rights: [own], of: "carl")
        func grant(_ everywhere: Bool) -> Decision {
            decide(
                CommandEnvelope(
                    id: 5000, environment: "Try", actor: "carl", name: "grant_policy",
                    arguments: [
                        "role": "carl", "policy": "datagrid_administrator",
                        "all_environments": .bool(everywhere),
                    ]), &world)
        }

        guard case .rejected(let rejection) = grant(true) else {
            Issue.record("granted")
            return
        }
        #expect(rejection.code == .permissionDenied)
        #expect(grant(false) == .needs(.role(RoleName("carl"))))
    }
}

extension SandboxScene {
    /// Gives the runs of an environment a state.
    fileprivate mutating func setState(of environment: String, to state: RunState) {
        for run in world.changes().saved.runs where run.environment == environment {
            var run = run
            run.state = state
            load(run)
        }
    }
}
