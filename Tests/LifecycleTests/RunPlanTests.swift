import Lifecycle
import Testing
import Values

@Suite("A plan of a run")
struct RunPlanTests {
    private let plan = RunPlan(tables: [
        RunPlan.Table(
            schema: "public", name: "a", file: "a.csv", filesEstimated: 2, rowsEstimated: 70_000,
            bytesEstimated: 1_000, columns: ["id"], firstRows: [["1"], [nil]])
    ])
    private let fact = Fact.runPlan(
        dataExport: "Daily", inputs: Scene.inputs)

    @Test func `asks what a run of the orchestration would write now`() {
        var world = Scene(hasOrchestration: true).world

        let decision = decide(command("plan_run", ["name": "nightly"]), &world)

        #expect(decision == .needs(fact))
    }

    @Test func `is kept for its sender, with its sums in an event`() throws {
        var world = Scene(hasOrchestration: true).world
        world.learn(fact, .plan(plan))
        let before = try json(world)

        let decision = decide(command("plan_run", ["name": "nightly"], id: 77), &world)

        guard case .applied(let events) = decision else {
            Issue.record("was \(decision)")
            return
        }
        #expect(events.map(\.kind) == [.runPlanned])
        #expect(
            events.first?.details
                == ["files": 2, "rows_estimated": 70_000, "bytes_estimated": 1_000])
        let saved = try #require(world.changes().plans.first)
        #expect(saved.id == 77)
        #expect(saved.createdBy == "ben")
        #expect(saved.version == 1)
        #expect(saved.plan == plan)
        #expect(try json(world) == before)
    }

    @Test func `starts no run`() {
        var world = Scene(hasOrchestration: true).world
        world.learn(fact, .plan(plan))

        _ = decide(command("plan_run", ["name": "nightly"]), &world)

        #expect(world.changes().saved.runs.isEmpty)
    }
}

@Suite("A test of a destination")
struct DestinationTestTests {
    private let fact = Scene.destinationTest("Lake")

    @Test func `is an event when it passes, and changes nothing`() {
        var world = Scene().world

        let decision = decide(command("test_destination", ["name": "lake"]), &world)

        guard case .applied(let events) = decision else {
            Issue.record("was \(decision)")
            return
        }
        #expect(events.map(\.kind) == [.destinationTested])
        #expect(world.changes().isEmpty)
    }

    @Test func `is of a destination that exists`() {
        var world = Scene(hasDestination: false, hasTemplate: false).world

        let decision = decide(command("test_destination", ["name": "lake"]), &world)

        guard case .rejected(let rejection) = decision else {
            Issue.record("was \(decision)")
            return
        }
        #expect(rejection.code == .notFound)
    }
}
