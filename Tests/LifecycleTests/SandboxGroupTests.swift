import Testing
import Values

@testable import Lifecycle

@Suite("Orchestration groups in a sandbox")
struct SandboxGroupTests {
    /// Production with "Early", of each day at two, and "Late", which comes after it.
    private func scene(
        _ change: (inout SandboxScene) -> Void = { _ in }
    ) -> SandboxScene {
        var scene = SandboxScene()
        scene.apply(
            "create_orchestration_group",
            ["name": "Early", "orchestrations": ["Nightly"], "schedule": "0 2 * * *"])
        scene.apply(
            "create_orchestration_group",
            ["name": "Late", "orchestrations": ["Nightly"], "after": "Early"])
        scene.apply("create_sandbox", ["name": "Try"])
        change(&scene)
        return scene
    }

    private func group(_ name: String, in environment: String, _ scene: SandboxScene) throws
        -> OrchestrationGroup
    {
        try #require(
            scene.world.orchestrationGroups.id(
                Name.key(of: name), scope: 0, environment: environment
            ).flatMap { scene.world.orchestrationGroup(id: $0) })
    }

    @Test func `are copied, in order, and none runs automatically there`() throws {
        let scene = scene()

        #expect(
            scene.world.configuration(of: "Try") == scene.world.configuration(of: "production"))
        let early = try group("Early", in: "Try", scene)
        #expect(early.nextTimes.isEmpty)
        #expect(try group("Late", in: "Try", scene).trigger == .after(early.id))
    }

    @Test func `are promoted: added, changed and removed, in the name of the promoter`() throws {
        var scene = scene { scene in
            scene.apply(
                "edit_orchestration_group", ["name": "Late", "manual": true], in: "Try")
            scene.apply("delete_orchestration_group", ["name": "Early"], in: "Try")
            scene.apply(
                "create_orchestration_group",
                ["name": "A second", "orchestrations": ["Nightly"], "after": "Late"], in: "Try")
            scene.apply(
                "create_orchestration_group",
                ["name": "Third", "orchestrations": ["Nightly"], "schedule": "0 3 * * *"],
                in: "Try")
            scene.apply("disable_orchestration_group", ["name": "Third"], in: "Try")
        }

        let events = scene.apply("promote_sandbox", ["name": "Try", "message": "May"])

        #expect(
            scene.world.configuration(of: "production") == scene.world.configuration(of: "Try"))
        #expect(
            events.map(\.kind) == [
                .orchestrationGroupEdited, .orchestrationGroupCreated,
                .orchestrationGroupCreated, .orchestrationGroupDeleted, .sandboxPromoted,
            ])
        let third = try group("Third", in: "production", scene)
        #expect(third.runsAs == "ben")
        #expect(!third.isEnabled)
        #expect(third.nextTimes.isEmpty)
    }

    @Test func `have next times in production once they are promoted`() throws {
        var scene = scene { scene in
            scene.apply(
                "edit_orchestration_group", ["name": "Early", "schedule": "0 4 * * *"], in: "Try")
        }

        scene.apply("promote_sandbox", ["name": "Try", "message": "later"])

        #expect(try group("Early", in: "production", scene).nextTimes.count == 3)
    }

    @Test func `are removed before what they come after`() {
        var scene = scene { scene in
            scene.apply("delete_orchestration_group", ["name": "Late"], in: "Try")
            scene.apply("delete_orchestration_group", ["name": "Early"], in: "Try")
            scene.apply("delete_orchestration", ["name": "Nightly"], in: "Try")
        }

        let events = scene.apply("promote_sandbox", ["name": "Try", "message": "none"])

        #expect(
            events.dropLast().map(\.objectName) == ["Late", "Early", "Nightly"])
    }

    @Test func `cannot be brought into a circle by a pull`() {
        var scene = scene { scene in
            scene.apply("edit_orchestration_group", ["name": "Late", "manual": true])
            scene.apply("create_sandbox", ["name": "Other"])
            scene.apply(
                "edit_orchestration_group", ["name": "Late", "after": "Early"], in: "Other")
            scene.apply(
                "edit_orchestration_group", ["name": "Early", "after": "Late"])
        }

        #expect(scene.rejection("pull_sandbox", ["name": "Other"]) == .circularGroups)
    }

    @Test func `go with the sandbox, and so do its alerts`() {
        var scene = scene { scene in
            scene.apply(
                "create_alert",
                [
                    "name": "Ops", "on": ["failure"], "credential": "ops",
                    "orchestration": "Nightly",
                ], in: "Try")
        }

        scene.apply("delete_sandbox", ["name": "Try", "confirm": "Try"])

        #expect(scene.names(in: "Try").isEmpty)
        #expect(scene.world.alerts.byID.values.allSatisfy { $0.environment != "Try" })
        #expect(scene.names(in: "production").count == 8)
    }
}
