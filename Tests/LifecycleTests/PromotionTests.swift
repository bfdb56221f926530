import Testing
import Values

@testable import Lifecycle

@Suite("A promotion")
struct PromotionTests {
    /// Every kind of object added, changed and removed in the sandbox.
    private func changed() -> SandboxScene {
        SandboxScene.withSandbox { scene in
            scene.apply(
                "register_database", ["name": "hr", "credential": "hr"], in: "Try")
            scene.apply("unregister_database", ["name": "erp"], in: "Try")
            scene.apply(
                "create_destination",
                ["name": "Sea", "kind": "directory", "settings": ["path": "/sea"]], in: "Try")
            scene.apply(
                "create_data_template",
                ["destination": "Lake", "name": "json", "settings": ["format": "json"]],
                in: "Try")
            scene.apply("add_tables", ["name": "Daily", "tables": ["c"]], in: "Try")
            scene.apply("activate_data_export", ["name": "Daily"], in: "Try")
            scene.apply("delete_orchestration", ["name": "Nightly"], in: "Try")
            scene.apply(
                "delete_data_template", ["destination": "Lake", "name": "csv"], in: "Try")
            scene.apply(
                "add_orchestration",
                [
                    "data_export": "Daily", "destination": "Lake", "data_template": "json",
                    "name": "Nightly",
                ], in: "Try")
        }
    }

    @Test func `warns of a source that is read as a superuser`() {
        let superuser = SourceRole(name: "postgres", excessiveRights: [.superuser])
        var scene = SandboxScene.withSandbox { scene in
            scene.catalogs["crm"] = .catalog(
                Catalog(Scene.catalog("a", "b", "c").relations, role: superuser))
            scene.apply("add_tables", ["name": "Daily", "tables": ["c"]], in: "Try")
            scene.apply("activate_data_export", ["name": "Daily"], in: "Try")
        }

        let events = scene.apply("promote_sandbox", ["name": "Try", "message": "May"])

        let activated = events.first { $0.kind == .dataExportActivated }
        guard case .object(let details)? = activated?.details else {
            Issue.record("no details: \(events)")
            return
        }
        #expect(details["warning"] == superuser.warning.map(JSONValue.string))
    }

    @Test func `makes production what the sandbox is`() {
        var scene = changed()

        let events = scene.apply("promote_sandbox", ["name": "Try", "message": "May"])

        #expect(
            scene.world.configuration(of: "production") == scene.world.configuration(of: "Try"))
        let kinds = Dictionary(grouping: events, by: \.kind).mapValues(\.count)
        #expect(
            kinds == [
                .databaseRegistered: 1, .databaseUnregistered: 1, .destinationCreated: 1,
                .dataTemplateCreated: 1, .dataTemplateDeleted: 1, .dataExportActivated: 1,
                .orchestrationEdited: 1, .sandboxPromoted: 1,
            ])
        #expect(events.allSatisfy { $0.environment == "production" })
        guard case .object(let details)? = events.last?.details else {
            Issue.record("no details")
            return
        }
        #expect(details["message"] == "May")
        #expect(
            details["added"] == [
                "database \"hr\"", "destination \"Sea\"", "data template \"json\" of \"Lake\"",
            ])
        #expect(details["changed"] == ["export \"Daily\"", "orchestration \"Nightly\""])
        #expect(
            details["removed"] == ["database \"erp\"", "data template \"csv\" of \"Lake\""])
    }

    @Test func `keeps the ids of what it changes, and gives exports a new version`() {
        var scene = changed()

        scene.apply("promote_sandbox", ["name": "Try", "message": "May"])

        #expect(scene.world.orchestration(id: 30)?.environment == "production")
        let export = scene.world.dataExport(id: 10)
        #expect(export?.active?.number == 2)
        #expect(export?.active?.activatedBy == "ben")
        #expect(export?.active?.databaseID == 1)
        #expect(
            scene.world.changes().versions.filter { $0.environment == "production" }
                .map(\.version.number) == [2])
    }

    @Test func `leaves the sandbox in sync, with nothing to promote`() {
        var scene = changed()

        scene.apply("promote_sandbox", ["name": "Try", "message": "May"])

        #expect(
            scene.rejection("promote_sandbox", ["name": "Try", "message": "again"])
                == .nothingToPromote)
        #expect(scene.apply("pull_sandbox", ["name": "Try"]).isEmpty)
    }

    @Test func `deletes the sandbox in the same step when asked to`() {
        var scene = changed()

        let events = scene.apply(
            "promote_sandbox", ["name": "Try", "message": "May", "delete": true])

        #expect(events.suffix(2).map(\.kind) == [.sandboxPromoted, .sandboxDeleted])
        #expect(scene.names(in: "Try").isEmpty)
        #expect(scene.definition(.database, "hr") == ["credential": "hr"])
        #expect(scene.world.changes().saved.sandboxes.isEmpty)
    }

    @Test func `leaves drafts behind, and names them`() {
        var scene = changed()
        scene.apply("create_data_export", ["name": "Later"], in: "Try")

        let events = scene.apply("promote_sandbox", ["name": "Try", "message": "May"])

        guard case .object(let details)? = events.last?.details else {
            Issue.record("no details")
            return
        }
        #expect(details["drafts_left"] == ["Later"])
        #expect(scene.rejection("discard_draft", ["name": "Later"]) == .notFound)
        scene.apply("discard_draft", ["name": "Later"], in: "Try")
    }

    @Test func `makes production's draft of a changed export out of date`() {
        var scene = changed()
        scene.apply("remove_tables", ["name": "Daily", "tables": ["a"]])

        scene.apply("promote_sandbox", ["name": "Try", "message": "May"])

        #expect(scene.rejection("activate_data_export", ["name": "Daily"]) == .versionChanged)
    }

    @Test func `keeps production's draft of a removed export`() {
        var scene = SandboxScene.withSandbox { scene in
            scene.apply("delete_orchestration", ["name": "Nightly"], in: "Try")
            scene.apply("delete_data_export", ["name": "Daily"], in: "Try")
            scene.apply("remove_tables", ["name": "Daily", "tables": ["a"]])
        }

        let events = scene.apply("promote_sandbox", ["name": "Try", "message": "May"])

        #expect(events.map(\.kind).contains(.dataExportDeactivated))
        #expect(scene.world.dataExport(id: 10)?.active == nil)
        scene.apply("activate_data_export", ["name": "Daily"])
        #expect(scene.world.dataExport(id: 10)?.active?.number == 2)
    }

    @Test func `gives an export to a name that production has as a draft`() {
        var scene = SandboxScene.withSandbox { scene in
            scene.apply(
                "create_data_export", ["name": "New", "database": "crm", "tables": ["a"]],
                in: "Try")
            scene.apply("activate_data_export", ["name": "New"], in: "Try")
            scene.apply(
                "create_data_export", ["name": "NEW", "database": "crm", "tables": ["b"]])
        }

        scene.apply("promote_sandbox", ["name": "Try", "message": "May"])

        #expect(
            scene.definition(.dataExport, "New")
                == ["database": "crm", "tables": ["public.a"], "table_settings": [:]])
        #expect(scene.rejection("activate_data_export", ["name": "New"]) == .versionChanged)
    }

    @Test func `is rejected after changes of production`() {
        var scene = changed()
        scene.apply("register_database", ["name": "web", "credential": "w"])

        #expect(
            scene.rejection("promote_sandbox", ["name": "Try", "message": "May"])
                == .sandboxBehind)
        scene.apply("pull_sandbox", ["name": "Try"])
        scene.apply("promote_sandbox", ["name": "Try", "message": "May"])
        #expect(scene.definition(.database, "web") == ["credential": "w"])
    }

    @Test func `is not done with errors, which are checked again`() {
        for catalog in [
            FactValue.catalog(Scene.catalog("a", "b")),
            .catalog(Scene.catalog("a", "b", unreadable: "c")), .failed("no route to host"),
        ] {
            var scene = changed()
            scene.catalogs["crm"] = catalog

            #expect(
                scene.rejection("promote_sandbox", ["name": "Try", "message": "May"])
                    == .sandboxHasErrors)
        }
    }

    @Test func `is not made when a destination fails its test in production`() {
        var scene = changed()
        scene.destinationTest = .failed("no such bucket")

        #expect(
            scene.rejection("promote_sandbox", ["name": "Try", "message": "May"])
                == .destinationTestFailed)
    }

    @Test func `removes nothing that a run of production is using`() {
        var scene = SandboxScene.withSandbox(Scene(hasOrchestration: true, run: .running)) {
            $0.apply("delete_orchestration", ["name": "Nightly"], in: "Try")
        }

        #expect(
            scene.rejection("promote_sandbox", ["name": "Try", "message": "May"])
                == .runInProgress)
    }

    @Test func `leaves the inputs of a run under way as they are`() {
        var scene = SandboxScene.withSandbox(Scene(hasOrchestration: true, run: .running)) {
            $0.apply("add_tables", ["name": "Daily", "tables": ["c"]], in: "Try")
            $0.apply("activate_data_export", ["name": "Daily"], in: "Try")
        }
        let before = scene.world.run(id: 40)

        scene.apply("promote_sandbox", ["name": "Try", "message": "May"])

        #expect(scene.world.run(id: 40) == before)
        #expect(scene.world.changes().saved.runs.isEmpty)
    }

    @Test func `touches no destination of administrators for anybody else`() {
        var lake = Scene.destination
        lake = Destination(
            id: lake.id, environment: lake.environment, name: lake.name,
            kind: lake.destinationKind, settings: lake.settings, administratorsOnly: true,
            createdBy: lake.createdBy)
        var scene = SandboxScene()
        scene.load(lake)
        scene.apply("create_sandbox", ["name": "Try"])
        scene.apply("delete_orchestration", ["name": "Nightly"], in: "Try")
        var world = scene.world
        world.load(
            rights: [Scene.assignment(.operator, .allowSandboxAdministration)], of: "ben")

        let decision = decide(
            command("promote_sandbox", ["name": "Try", "message": "May"], id: 9000), &world)

        guard case .rejected(let rejection) = decision else {
            Issue.record("was \(decision)")
            return
        }
        #expect(rejection.code == .permissionDenied)
        #expect(rejection.message.contains("administrators only"))
    }

    @Test func `puts nothing at the place of administrators for anybody else`() {
        var lake = Scene.destination
        lake.administratorsOnly = true
        var scene = SandboxScene()
        scene.load(lake)
        scene.apply("create_sandbox", ["name": "Try"])
        scene.apply(
            "create_destination",
            ["name": "Own", "kind": "directory", "settings": ["path": "/lake"]], in: "Try")
        var world = scene.world
        world.load(
            rights: [Scene.assignment(.operator, .allowSandboxAdministration)], of: "ben")

        let decision = decide(
            command("promote_sandbox", ["name": "Try", "message": "May"], id: 9000), &world)

        guard case .rejected(let rejection) = decision else {
            Issue.record("was \(decision)")
            return
        }
        #expect(rejection.code == .permissionDenied)
        #expect(rejection.message.contains("location of \"Lake\""))
    }
}
