import Lifecycle
import Testing
import Values

@Suite("A world")
struct WorldTests {
    @Test func `asks for a fact only when a rule depends on it, and changes nothing meanwhile`() {
        var world = World()
        world.load(rights: [Scene.assignment(.administrator)], of: "ben")
        world.load(Scene.crm)
        let create = command(
            "create_data_export", ["name": "X", "database": "crm", "tables": ["a"]])

        #expect(decide(create, &world) == .needs(.catalog(databaseID: 1)))
        #expect(world.changes().isEmpty)
        world.learn(.catalog(databaseID: 1), .catalog(Scene.catalog("a")))

        guard case .applied(let events) = decide(create, &world) else {
            Issue.record("not applied")
            return
        }
        #expect(events.map(\.kind) == [.dataExportCreated])
        #expect(
            decide(command("switch_database", ["name": "X", "database": "hr"]), &world)
                == .needs(.registeredDatabases(environment: "production")))
        let settings: JSONValue = ["path": "/x"]
        #expect(
            decide(
                command(
                    "create_destination",
                    ["name": "D", "kind": "directory", "settings": settings]), &world)
                == .needs(
                    .destinationTest(.init(name: "D", kind: "directory", settings: settings))))
    }

    @Test func `folds a whole configuration in one batch`() throws {
        var world = World()
        world.load(rights: [Scene.assignment(.administrator)], of: "ben")
        world.learn(.catalog(databaseID: 1), .catalog(Scene.catalog("a", "b")))
        world.learn(.sourceRole(credential: "crm"), .sourceRole(Scene.reader))
        world.learn(Scene.destinationTest("Lake"), .passed)
        world.learn(.templateCheck(kind: "directory", settings: [:]), .passed)
        let batch: [(String, JSONValue)] = [
            ("register_database", ["name": "crm", "credential": "crm"]),
            ("create_data_export", ["name": "Daily", "database": "crm", "tables": ["b", "a"]]),
            ("activate_data_export", ["name": "Daily"]),
            (
                "create_destination",
                ["name": "Lake", "kind": "directory", "settings": ["path": "/lake"]]
            ),
            ("create_data_template", ["destination": "Lake", "name": "csv", "settings": [:]]),
            (
                "add_orchestration",
                ["data_export": "daily", "destination": "lake", "data_template": "csv"]
            ),
            ("run_orchestration", ["name": "Daily"]),
        ]

        for (index, (name, arguments)) in batch.enumerated() {
            let decision = decide(command(name, arguments, id: Int64(index + 1)), &world)
            guard case .applied = decision else {
                Issue.record("\(name): \(decision)")
                return
            }
        }

        #expect(
            try json(world.changes().saved.orchestrations) == """
                [{"created_by":"ben","data_export_id":2,"data_template_id":5,"destination_id":4,\
                "environment":"production","id":6,"name":"Daily"}]
                """)
        #expect(
            try json(world.changes().saved.runs) == """
                [{"created_by":"ben","data_export_id":2,"data_export_name":"Daily",\
                "data_export_version":1,"database_id":1,"destination_id":4,\
                "destination_name":"Lake","environment":"production","id":7,\
                "inputs":{"data_template":{"name":"csv","settings":{}},\
                "database":{"credential":"crm","name":"crm"},\
                "destination":{"kind":"directory","name":"Lake","settings":{"path":"/lake"}},\
                "table_settings":{},"tables":["public.a","public.b"]},"orchestration_id":6,\
                "orchestration_name":"Daily","state":"queued"}]
                """)
    }

    @Test func `gives what changed, with the keys that SQL reads`() throws {
        var world = Scene(hasTemplate: false).world
        _ = decide(command("delete_destination", ["name": "Lake"]), &world)
        _ = decide(command("add_tables", ["name": "Daily", "tables": ["c"]]), &world)
        _ = decide(command("activate_data_export", ["name": "Daily"]), &world)

        #expect(
            try json(world.changes()) == """
                {"alert_tests":[],"deleted":{"alerts":[],"data_exports":[],\
                "data_templates":[],"databases":[],\
                "destinations":[20],"orchestration_groups":[],"orchestrations":[],\
                "policy_assignments":[],"sandboxes":[]},\
                "object_versions":[{"actor":"ben","command_id":100,"environment":"production",\
                "kind":"destination","name":"Lake","object_id":20}],"plans":[],\
                "saved":{"alerts":[],\
                "data_exports":[{"active":{"activated_by":"ben","database_id":1,\
                "number":2,"table_settings":{},"tables":["public.a","public.b","public.c"]},\
                "created_by":"anna",\
                "environment":"production","id":10,"key":"daily","name":"Daily",\
                "version_count":2}],"data_templates":[],"databases":[],"destinations":[],\
                "orchestration_groups":[],"orchestrations":[],"policy_assignments":[],\
                "runs":[],"sandboxes":[]},\
                "settings":{},\
                "versions":[{"activated_by":"ben","command_id":100,"database_id":1,\
                "environment":"production",\
                "export_id":10,"name":"Daily","number":2,"table_settings":{},\
                "tables":["public.a","public.b","public.c"]}]}
                """)
    }

    @Test func `neither saves nor deletes what came and went, but keeps its versions`() {
        var world = Scene(export: nil).world
        let arguments: JSONValue = ["name": "X", "database": "crm", "tables": "all"]
        world.learn(.catalog(databaseID: 1), .catalog(Scene.catalog("a")))
        _ = decide(command("create_data_export", arguments, id: 100), &world)
        _ = decide(command("activate_data_export", ["name": "X"], id: 101), &world)
        _ = decide(command("delete_data_export", ["name": "X"], id: 102), &world)

        let changes = world.changes()
        #expect(changes.saved.dataExports.isEmpty)
        #expect(changes.deleted.dataExports.isEmpty)
        #expect(changes.versions.map(\.exportID) == [100])
    }

    @Test func `lets a deleted name be used again`() {
        var world = Scene().world
        _ = decide(command("delete_data_export", ["name": "Daily"], id: 100), &world)
        _ = decide(command("create_data_export", ["name": "DAILY"], id: 101), &world)

        let changes = world.changes()
        #expect(changes.deleted.dataExports == [10])
        #expect(changes.saved.dataExports.map(\.id) == [101])
    }

    @Test func `knows the other users of an object when one is deleted`() throws {
        var world = Scene(hasOrchestration: true).world
        world.load(
            Orchestration(
                id: 31, environment: "production", name: "Weekly", dataExportID: 10,
                destinationID: 20, dataTemplateID: 21, createdBy: "anna"))
        _ = decide(command("delete_orchestration", ["name": "Nightly"]), &world)

        let refused = decide(command("delete_data_export", ["name": "Daily"]), &world)
        _ = decide(command("delete_orchestration", ["name": "Weekly"]), &world)
        let applied = decide(command("delete_data_export", ["name": "Daily"]), &world)

        guard case .rejected(let rejection) = refused, case .applied = applied else {
            Issue.record("\(refused), \(applied)")
            return
        }
        #expect(
            rejection.message
                == "cannot delete \"Daily\": used by orchestration \"Weekly\"; delete it first")
    }

    @Test func `reads its JSON back`() throws {
        let world = Scene(hasOrchestration: true, run: .running).world
        let text = try json(world)

        #expect(try json(decoded(text, as: World.self)) == text)
        #expect(try decoded("{}", as: World.self).dataExport(id: 10) == nil)
    }

    @Test func `records each transition as events`() throws {
        var world = Scene().world

        let added = decide(command("add_tables", ["name": "daily", "tables": ["b", "c"]]), &world)
        let activated = decide(command("activate_data_export", ["name": "daily"]), &world)

        guard case .applied(let first) = added, case .applied(let second) = activated else {
            Issue.record("\(added), \(activated)")
            return
        }
        let object = "\"object_id\":10,\"object_kind\":\"data_export\",\"object_name\":\"Daily\""
        #expect(
            try json(first + second) == """
                [{"details":{"version":1},"environment":"production",\
                "kind":"draft_opened",\(object)},\
                {"details":{"tables":["public.c"]},"environment":"production",\
                "kind":"tables_added",\(object)},\
                {"details":{"replaced":1,"version":2},"environment":"production",\
                "kind":"data_export_activated",\(object)}]
                """)
    }
}
