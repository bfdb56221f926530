import Lifecycle
import Testing
import Values

@Suite("Settings of a table")
struct TableSettingsTests {
    private let all: JSONValue = [
        "columns": ["id", "Ländercode", "name", "card", "note"],
        "filter": "total > 0",
        "mask": [
            "name": "hash", "id": "null", "card": ["keep_last": 4], "note": ["constant": "x"],
            "Ländercode": ["keep_first": 1],
        ],
        "rows": ["minimum": 1, "maximum": 20, "otherwise": "warn"],
    ]

    @Test func `are stored as they were given`() throws {
        let settings = try TableSettings(all)

        #expect(settings.json == all)
        #expect(try decoded(json(settings)) == settings)
        #expect(settings.columns == ["id", "Ländercode", "name", "card", "note"])
        #expect(settings.mask["card"] == .keepLast(4))
        #expect(settings.rows?.otherwise == .warn)
    }

    @Test(
        arguments: [
            [:], ["columns": .null, "filter": .null, "mask": .null, "rows": .null], ["mask": [:]],
        ] as [JSONValue])
    func `are none where nothing is set`(_ json: JSONValue) throws {
        #expect(try TableSettings(json).isEmpty)
    }

    @Test func `fail a run outside of their bounds unless they only warn`() throws {
        let rows = try TableSettings(["rows": ["minimum": 10, "maximum": 20]]).rows

        #expect(rows?.otherwise == .fail)
        #expect(rows?.violation(by: 9) == "9 rows, below the minimum 10")
        #expect(rows?.violation(by: 10) == nil)
        #expect(rows?.violation(by: 20) == nil)
        #expect(rows?.violation(by: 21) == "21 rows, above the maximum 20")
    }

    @Test func `replace those of the table, with an event`() throws {
        var world = Scene().world
        _ = decide(edit(["filter": "a > 0", "columns": ["a"]]), &world)

        let decision = decide(edit(["rows": ["minimum": 1]]), &world)

        guard case .applied(let events) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(events.map(\.kind) == [.tableEdited])
        #expect(
            events.first?.details == [
                "table": "public.a", "settings": ["rows": ["minimum": 1, "otherwise": "fail"]],
            ])
        #expect(
            world.dataExport(id: 10)?.draft?.tableSettings
                == [a: settings(["rows": ["minimum": 1]])])
        #expect(world.dataExport(id: 10)?.active?.tableSettings == [:])
    }

    @Test(
        arguments: [
            ("remove_tables", ["tables": ["a"]], false),
            ("remove_tables", ["tables": "all"], false),
            ("remove_tables", ["tables": ["b"]], true),
            ("edit_data_export", ["tables": ["b"]], false),
            ("edit_data_export", ["tables": ["a", "c"]], true),
            ("add_tables", ["tables": "all"], true),
            ("switch_database", ["database": "crm"], true),
            ("switch_database", ["database": "erp"], false),
            ("switch_database", ["database": "erp", "tables": ["x"]], false),
        ] as [(String, [String: JSONValue], Bool)])
    func `stay as long as their table is chosen`(
        name: String, arguments: [String: JSONValue], areKept: Bool
    ) throws {
        var world = Scene().world
        _ = decide(edit(["filter": "a > 0"]), &world)

        let arguments = arguments.merging(["name": "Daily"]) { one, _ in one }
        let decision = decide(command(name, .object(arguments)), &world)

        guard case .applied = decision else {
            Issue.record("\(decision)")
            return
        }
        let kept = world.dataExport(id: 10)?.draft?.tableSettings
        #expect(kept == (areKept ? [a: settings(["filter": "a > 0"])] : [:]))
    }

    @Test func `are activated once the source has nothing against them, and go into runs`() throws {
        var world = Scene(hasOrchestration: true).world
        _ = decide(edit(["filter": "a > 0"]), &world)
        let activate = command("activate_data_export", ["name": "Daily"])
        let wanted = [a: settings(["filter": "a > 0"])]
        let fact = Fact.tableSettings(databaseID: 1, settings: wanted, ofAll: false)

        #expect(decide(activate, &world) == .needs(fact))
        world.learn(fact, .problems([]))
        let activated = decide(activate, &world)
        _ = decide(command("run_orchestration", ["name": "Nightly"], id: 50), &world)

        guard case .applied = activated else {
            Issue.record("\(activated)")
            return
        }
        #expect(world.dataExport(id: 10)?.active?.tableSettings == wanted)
        #expect(world.run(id: 50)?.inputs?.tableSettings == wanted)
        #expect(world.changes().versions.map(\.version.tableSettings) == [wanted])
        let text = try json(world)
        #expect(text.contains(#""table_settings":{"public.a":{"filter":"a > 0"}}"#))
        #expect(try json(decoded(text, as: World.self)) == text)
    }

    @Test func `of a table that is gone can be removed from an export of all`() {
        let gone = TableName(schema: "public", name: "gone")
        let draft = Draft(
            databaseID: 1, tables: .all, tableSettings: [gone: settings(["filter": "true"])],
            openedBy: "anna")
        var world = Scene(export: Scene.export(draft: draft)).world

        _ = decide(
            command("edit_table", ["name": "Daily", "table": "gone", "settings": [:]]), &world)

        #expect(world.dataExport(id: 10)?.draft?.tableSettings == [:])
    }

    private let a = TableName(schema: "public", name: "a")

    private func edit(_ settings: JSONValue) -> CommandEnvelope {
        command("edit_table", ["name": "Daily", "table": "a", "settings": settings])
    }
}
