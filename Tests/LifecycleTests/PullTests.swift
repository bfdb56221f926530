import Testing
import Values

@testable import Lifecycle

@Suite("A pull")
struct PullTests {
    @Test func `brings what production added, changed and removed`() {
        var scene = SandboxScene.withSandbox { scene in
            scene.apply("register_database", ["name": "web", "credential": "w"])
            scene.apply("unregister_database", ["name": "erp"])
            scene.apply("add_tables", ["name": "Daily", "tables": ["c"]])
            scene.apply("activate_data_export", ["name": "Daily"])
        }

        let events = scene.apply("pull_sandbox", ["name": "Try"])

        #expect(
            scene.world.configuration(of: "Try") == scene.world.configuration(of: "production"))
        #expect(
            events.map(\.kind) == [
                .databaseRegistered, .dataExportActivated, .databaseUnregistered, .sandboxPulled,
            ])
        #expect(events.dropLast().allSatisfy { $0.environment == "Try" })
    }

    @Test func `leaves alone what only the sandbox changed`() {
        var scene = SandboxScene.withSandbox { scene in
            scene.apply("register_database", ["name": "hr", "credential": "hr"], in: "Try")
            scene.apply("delete_orchestration", ["name": "Nightly"], in: "Try")
            scene.apply("register_database", ["name": "web", "credential": "w"])
        }

        scene.apply("pull_sandbox", ["name": "Try"])

        #expect(scene.definition(.database, "hr", in: "Try") != nil)
        #expect(scene.definition(.orchestration, "Nightly", in: "Try") == nil)
        #expect(scene.definition(.database, "web", in: "Try") != nil)
        #expect(scene.definition(.database, "hr") == nil)
    }

    private func conflicting() -> SandboxScene {
        SandboxScene.withSandbox { scene in
            for (table, environment) in [("c", "production"), ("a", "Try")] {
                scene.apply(
                    "edit_data_export", ["name": "Daily", "tables": [.string(table)]],
                    in: environment)
                scene.apply("activate_data_export", ["name": "Daily"], in: environment)
            }
        }
    }

    @Test func `of an object that both sides changed needs a decision`() {
        var scene = conflicting()

        #expect(scene.rejection("pull_sandbox", ["name": "Try"]) == .sandboxConflict)
    }

    @Test(arguments: ConfigurationMerge.Side.allCases)
    func `keeps the side that was decided for`(_ side: ConfigurationMerge.Side) {
        var scene = conflicting()

        let events = scene.apply(
            "pull_sandbox", ["name": "Try", "keep": .string(side.rawValue)])

        guard case .object(let own)? = scene.definition(.dataExport, "Daily", in: "Try"),
            case .object(let details)? = events.last?.details
        else {
            Issue.record("nothing there")
            return
        }
        #expect(own["tables"] == (side == .sandbox ? ["public.a"] : ["public.c"]))
        #expect(details["kept"] == .string(side.rawValue))
        #expect(details["conflicts"] == ["export \"Daily\""])
        // It is in sync now: what was kept is the sandbox's change to that.
        let promoted = scene.rejection("promote_sandbox", ["name": "Try", "message": "May"])
        #expect(promoted == (side == .sandbox ? nil : .nothingToPromote))
    }

    @Test func `of the same change on both sides is no conflict`() {
        var scene = SandboxScene.withSandbox { scene in
            for environment in ["production", "Try"] {
                scene.apply(
                    "edit_data_export", ["name": "Daily", "tables": ["c"]], in: environment)
                scene.apply("activate_data_export", ["name": "Daily"], in: environment)
            }
        }

        scene.apply("pull_sandbox", ["name": "Try"])

        #expect(
            scene.rejection("promote_sandbox", ["name": "Try", "message": "May"])
                == .nothingToPromote)
    }

    @Test func `reports removed objects of production that the sandbox still uses`() {
        var scene = SandboxScene.withSandbox { scene in
            scene.apply(
                "create_data_export", ["name": "New", "database": "erp", "tables": ["x"]],
                in: "Try")
            scene.apply("unregister_database", ["name": "erp"])
        }

        let decision = scene.decide("pull_sandbox", ["name": "Try"])

        #expect(
            decision
                == .rejected(
                    Rejection(
                        .inUse,
                        "cannot remove database \"erp\" from \"Try\": used by draft \"New\"",
                        hint: "delete or edit the objects that use it in \"Try\", then resend the "
                            + "command")))
    }

    @Test func `makes the sandbox's draft of a changed export out of date`() {
        var scene = SandboxScene.withSandbox { scene in
            scene.apply("remove_tables", ["name": "Daily", "tables": ["a"]], in: "Try")
            scene.apply("add_tables", ["name": "Daily", "tables": ["c"]])
            scene.apply("activate_data_export", ["name": "Daily"])
        }

        scene.apply("pull_sandbox", ["name": "Try"])

        #expect(
            scene.rejection("activate_data_export", ["name": "Daily"], in: "Try")
                == .versionChanged)
    }
}
