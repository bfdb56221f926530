import Lifecycle
import Testing
import Values

/// The world of ``Scene``, whole and active, with commands applied to it one after another; ids and
/// facts are there when they are asked for.
struct SandboxScene {
    private(set) var world: World
    /// What the databases have, by the database's name.
    var catalogs = [
        "crm": FactValue.catalog(Scene.catalog("a", "b", "c")),
        "erp": .catalog(Scene.catalog("x", "y")),
    ]
    /// Whether destinations pass their tests.
    var destinationTest = FactValue.passed
    private(set) var facts: [Fact] = []
    private var lastID: Int64 = 1000

    init(_ scene: Scene = Scene(hasOrchestration: true), options: PolicyOption...) {
        var scene = scene
        scene.rights = [
            Scene.assignment(.administrator),
            PolicyAssignment(
                id: 91, role: "ben", policy: .operator, environment: nil,
                options: Set(options + [.allowSandboxAdministration]), createdBy: "anna"),
        ]
        scene.assignments = scene.rights
        world = scene.world
    }

    /// With the sandbox "Try", which the commands created.
    static func withSandbox(
        _ scene: Scene = Scene(hasOrchestration: true),
        _ change: (inout SandboxScene) -> Void = { _ in }
    ) -> SandboxScene {
        var scene = SandboxScene(scene)
        scene.apply("create_sandbox", ["name": "Try"])
        change(&scene)
        return scene
    }

    mutating func decide(
        _ name: String, _ arguments: JSONValue, in environment: String = "production"
    ) -> Decision {
        lastID += 1
        let envelope = command(name, arguments, id: lastID, environment: environment)
        while true {
            let decision = Lifecycle.decide(envelope, &world)
            guard case .needs(let fact) = decision else { return decision }
            facts.append(fact)
            world.learn(fact, value(of: fact))
        }
    }

    /// Applies a command, or records that it was not.
    @discardableResult
    mutating func apply(
        _ name: String, _ arguments: JSONValue, in environment: String = "production"
    ) -> [Event] {
        let decision = decide(name, arguments, in: environment)
        if case .applied(let events) = decision { return events }
        Issue.record("\(name): \(decision)")
        return []
    }

    mutating func rejection(
        _ name: String, _ arguments: JSONValue, in environment: String = "production"
    ) -> RejectionCode? {
        let before = world.changes()
        let decision = decide(name, arguments, in: environment)
        guard case .rejected(let rejection) = decision else { return nil }
        #expect(world.changes() == before)
        return rejection.code
    }

    mutating func know(_ fact: Fact, _ value: FactValue) { world.learn(fact, value) }

    mutating func load(_ object: some StoredObject) { world.load(object) }

    private mutating func value(of fact: Fact) -> FactValue {
        switch fact {
        case .newIDs(_, let count):
            lastID += Int64(count)
            return .ids((0..<count).map { lastID - Int64($0) })
        case .catalog(let id), .currentCatalog(let id):
            return catalogs[world.database(id: id)?.name ?? ""] ?? .failed("no such database")
        case .destinationTest: return destinationTest
        case .templateCheck: return .passed
        case .sourceRole: return .sourceRole(Scene.reader)
        case .tableSettings: return .problems([])
        case .role: return .passed
        case .now: return .moment(Scene.newYear)
        case .registeredDatabases, .tablesOfRun: return .names([])
        case .activeInProduction: return .versions([Scene.version(1, .all)])
        case .version: return .version(PastVersion(version: Scene.version(1), database: nil))
        case .runPlan: return .plan(RunPlan(tables: []))
        case .delivery: return .delivery(.notVisible)
        case .decidedDelivery: return .failed("it has no manifest")
        case .workerOfRun: return .names([])
        }
    }

    /// A definition as it is now, written as `kind name`.
    func definition(
        _ kind: ObjectKind, _ name: String, of destination: String? = nil,
        in environment: String = "production"
    ) -> JSONValue? {
        let object = ObjectDefinition(kind, name, destination: destination, [:])
        return world.configuration(of: environment)[object.key]?.definition
    }

    /// The names of what is configured, sorted as they refer to each other.
    func names(in environment: String) -> [String] {
        world.configuration(of: environment).objects.map { "\($0.kind.rawValue) \($0.name)" }
    }
}
