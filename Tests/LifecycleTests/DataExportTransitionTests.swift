import Lifecycle
import Testing
import Values

@Suite("A data export")
struct DataExportTransitionTests {
    @Test(arguments: cells(dataExportTable))
    func `changes as the transition table says`(_ cell: Cell) throws {
        var world = try #require(states[cell.state]).world
        let envelope = try #require(commands[cell.command])
        let before = try json(world)

        let decision = decide(envelope, &world)

        switch decision {
        case .rejected(let rejection):
            #expect("!" + rejection.code.rawValue == cell.expected)
            #expect(try json(world) == before)
            #expect(world.changes().isEmpty)
        case .needs(let fact):
            Issue.record("needs \(fact)")
        case .applied(let events):
            #expect(shown(world) == cell.expected)
            #expect(events.isEmpty == (try json(world) == before))
            #expect(events.isEmpty == world.changes().isEmpty)
        }
    }

    @Test func `has a cell for every state and command`() {
        let all = states.keys.flatMap { state in commands.keys.map { "\(state): \($0)" } }
        let tested = cells(dataExportTable).map { "\($0.state): \($0.command)" }

        #expect(tested.count == all.count)
        #expect(Set(tested) == Set(all))
    }
}

private let states: [String: Scene] = [
    "absent": Scene(export: nil),
    "draft empty": Scene(export: Scene.export(draft: Scene.draft(nil, nil))),
    "draft with database": Scene(export: Scene.export(draft: Scene.draft(1, nil))),
    "draft with tables": Scene(
        export: Scene.export(draft: Scene.draft(1, Scene.tables("a", "b")))),
    "draft of all tables": Scene(export: Scene.export(draft: Scene.draft(1, .all))),
    "draft of a lost table": Scene(
        export: Scene.export(draft: Scene.draft(1, Scene.tables("a", "lost")))),
    "active": Scene(export: Scene.export(active: Scene.version(1))),
    "active with draft": Scene(
        export: Scene.export(
            active: Scene.version(1), draft: Scene.draft(1, Scene.tables("a"), base: 1))),
    "active with emptied draft": Scene(
        export: Scene.export(
            active: Scene.version(1), draft: Scene.draft(1, .tables([]), base: 1))),
    "active with outdated draft": Scene(
        export: Scene.export(
            active: Scene.version(2), draft: Scene.draft(1, Scene.tables("a"), base: 1))),
    "active and used": Scene(hasOrchestration: true),
    "active and running": Scene(hasOrchestration: true, run: .running),
    "active and has run": Scene(run: .succeeded),
]

private let commands: [String: CommandEnvelope] = [
    "create": command("create_data_export", ["name": " DAILY "]),
    "create crm": command("create_data_export", ["name": "Daily", "database": "crm"]),
    "create crm a": command(
        "create_data_export", ["name": "Daily", "database": "crm", "tables": ["a"]]),
    "create ? a": command("create_data_export", ["name": "Daily", "tables": ["a"]]),
    "edit": command("edit_data_export", ["name": "Daily"]),
    "edit erp": command("edit_data_export", ["name": "Daily", "database": "erp"]),
    "edit c": command("edit_data_export", ["name": "Daily", "tables": ["c"]]),
    "edit erp x": command(
        "edit_data_export", ["name": "Daily", "database": "erp", "tables": ["x"]]),
    "add b c": command("add_tables", ["name": "Daily", "tables": ["b", "c"]]),
    "add a": command("add_tables", ["name": "Daily", "tables": ["public.a"]]),
    "add z": command("add_tables", ["name": "Daily", "tables": ["z"]]),
    "add all": command("add_tables", ["name": "Daily", "tables": "all"]),
    "remove a": command("remove_tables", ["name": "Daily", "tables": ["a"]]),
    "remove c": command("remove_tables", ["name": "Daily", "tables": ["c"]]),
    "remove all": command("remove_tables", ["name": "Daily", "tables": "all"]),
    "set a": command(
        "edit_table", ["name": "Daily", "table": "a", "settings": ["filter": "id > 0"]]),
    "set c": command(
        "edit_table", ["name": "Daily", "table": "public.c", "settings": ["columns": ["id"]]]),
    "reset a": command("edit_table", ["name": "Daily", "table": "a", "settings": [:]]),
    "switch crm": command("switch_database", ["name": "Daily", "database": "CRM"]),
    "switch erp": command("switch_database", ["name": "Daily", "database": "erp"]),
    "switch erp y": command(
        "switch_database", ["name": "Daily", "database": "erp", "tables": ["y"]]),
    "switch erp a": command(
        "switch_database", ["name": "Daily", "database": "erp", "tables": ["a"]]),
    "switch hr": command("switch_database", ["name": "Daily", "database": "hr"]),
    "activate": command("activate_data_export", ["name": "daily"]),
    "discard": command("discard_draft", ["name": "daily"]),
    "delete": command("delete_data_export", ["name": "daily"]),
]

/// The only export of the world: `v1 crm a b` (active), `draft erp x of v1`, with `-` for nothing
/// and an asterisk behind a table that has settings.
private func shown(_ world: World) -> String {
    guard let export = world.dataExport(id: 10) ?? world.dataExport(id: 100) else {
        return "absent"
    }
    func chosen(
        _ database: Int64?, _ tables: TableSelection?, _ settings: [TableName: TableSettings]
    ) -> String {
        let name = database.flatMap { world.database(id: $0)?.name } ?? "-"
        switch tables {
        case .none: return "\(name) -"
        case .all:
            return ([name, "all"] + settings.keys.sorted().map { $0.name + "*" })
                .joined(separator: " ")
        case .tables([]): return "\(name) none"
        case .tables(let tables):
            return ([name] + tables.map { settings[$0] == nil ? $0.name : $0.name + "*" })
                .joined(separator: " ")
        }
    }
    var parts: [String] = []
    if let active = export.active {
        parts.append(
            "v\(active.number) " + chosen(active.databaseID, active.tables, active.tableSettings))
    }
    if let draft = export.draft {
        let base = draft.baseVersion.map { " of v\($0)" } ?? ""
        let choice = chosen(draft.databaseID, draft.tables, draft.tableSettings)
        parts.append("draft " + choice + base)
    }
    return parts.joined(separator: ", ")
}

/// One transition table: every state, every command, and the new state or the code it is
/// rejected with (`!code`).
private let dataExportTable = draftsTable + "\n" + activeTable
