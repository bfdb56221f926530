import Lifecycle
import Testing
import Values

@Suite("A run that is abandoned")
struct AbandonedRunTests {
    struct Case: CustomTestStringConvertible {
        let delivery: FactValue
        var worker: String?
        let visible: String
        let message: String

        var testDescription: String { message }
    }

    private static let cases = [
        Case(
            delivery: .delivery(.notVisible), visible: "no",
            message: "none of its output is visible"),
        Case(
            delivery: .delivery(.notVisible), worker: "w1", visible: "unknown",
            message: "none of its output was visible, but worker \"w1\" was still publishing it "
                + "and may have made it visible"),
        Case(
            delivery: .delivery(.visible(location: "Daily/run-40/manifest.json")), visible: "yes",
            message: "its manifest is visible: Daily/run-40/manifest.json"),
        Case(
            delivery: .delivery(.unknown(reason: "no route")), visible: "unknown",
            message: "cannot determine whether its output is visible: no route"),
        Case(
            delivery: .failed("silence"), worker: "w1", visible: "unknown",
            message: "cannot determine whether its output is visible: silence"),
    ]

    private let command = LifecycleTests.command(
        "abandon_run", ["run": 40, "confirm": " NIGHTLY", "reason": "wiped\u{202e}"])

    @Test(arguments: cases)
    func `has failed, and shows whether it is visible`(_ example: Case) throws {
        var world = Scene(hasOrchestration: true, run: .publishing).world
        world.learn(.delivery(Scene.decidedDelivery), example.delivery)
        world.learn(.workerOfRun(40), .names(example.worker.map { [$0] } ?? []))

        let decision = decide(command, &world)

        guard case .applied(let events) = decision, let event = events.first else {
            Issue.record("was \(decision)")
            return
        }
        let run = try #require(world.run(id: 40))
        #expect(run.state == .failed)
        #expect(run.failure?.code == "abandoned")
        #expect(
            run.failure?.message
                == "abandoned by \"ben\": wiped\\u{202e}; " + example.message)
        #expect(event.kind == .runFailed)
        guard case .object(let details) = event.details else { return }
        #expect(details["visible"] == .string(example.visible))
        #expect(details["reason"] == "wiped\u{202e}")
        #expect(world.changes().saved.runs == [run])
    }

    @Test func `asks the destination, and then for its worker, before it is decided`() {
        var world = World()
        world.load(Scene.orchestration)
        world.load(Scene.run(.publishing, of: Scene.export(active: Scene.version(1))))
        world.load(rights: [Scene.assignment(.administrator)], of: "ben")
        let answers: [(Fact, FactValue)] = [
            (.decidedDelivery(run: 40), .decided(Scene.decidedDelivery)),
            (.delivery(Scene.decidedDelivery), .delivery(.notVisible)),
            (.workerOfRun(40), .names([])),
        ]

        for (fact, answer) in answers {
            #expect(decide(command, &world) == .needs(fact))
            #expect(world.changes().isEmpty)
            world.learn(fact, answer)
        }

        guard case .applied = decide(command, &world) else {
            Issue.record("not applied")
            return
        }
    }

    @Test func `can be resolved like any that failed`() {
        var world = Scene(hasOrchestration: true, run: .publishing).world

        _ = decide(command, &world)
        let decision = decide(
            LifecycleTests.command("retry_run", ["run": 40], id: 101), &world)

        guard case .applied = decision else {
            Issue.record("was \(decision)")
            return
        }
        #expect(world.run(id: 101)?.state == .queued)
    }
}
