import Foundation
import Lifecycle
import Testing
import Values

/// A small world: databases crm (1) and erp (2), export Daily (10), destination Lake (20) with the
/// template csv (21), orchestration Nightly (30) and its run (40), as far as a test wants them.
struct Scene {
    var export: DataExport? = Scene.export(active: Scene.version(1))
    var hasDestination = true
    var hasTemplate = true
    var hasOrchestration = false
    /// Another template of Lake: tsv (22).
    var hasOtherTemplate = false
    var run: RunState?
    /// Named "Ops", with the id 50.
    var alert: Alert?
    /// Groups (60 and so on) of Nightly; the run is one of the first.
    var groups: [OrchestrationGroup] = []
    /// What the commands' sender, ben, may do.
    var rights = [Scene.assignment(.administrator)]
    /// All that is assigned, for commands that change it.
    var assignments: [PolicyAssignment] = []

    static let crm = Database(
        id: 1, environment: "production", name: "crm", credential: "crm", createdBy: "anna")
    static let erp = Database(
        id: 2, environment: "production", name: "erp", credential: "erp",
        createdBy: "anna")
    static let destination = Destination(
        id: 20, environment: "production", name: "Lake", kind: "directory",
        settings: ["path": "/lake"], createdBy: "anna")
    static let template = DataTemplate(
        id: 21, environment: "production", destinationID: 20, name: "csv",
        settings: ["format": "csv"], createdBy: "anna")
    static let otherTemplate = DataTemplate(
        id: 22, environment: "production", destinationID: 20, name: "tsv",
        settings: ["format": "tsv"], createdBy: "anna")
    static let orchestration = Orchestration(
        id: 30, environment: "production", name: "Nightly", dataExportID: 10, destinationID: 20,
        dataTemplateID: 21, createdBy: "anna")

    var world: World {
        var world = World()
        world.load(Scene.crm)
        world.load(Scene.erp)
        if let export { world.load(export) }
        if hasDestination { world.load(Scene.destination) }
        if hasTemplate { world.load(Scene.template) }
        if hasOtherTemplate { world.load(Scene.otherTemplate) }
        if hasOrchestration { world.load(Scene.orchestration) }
        if let alert { world.load(alert) }
        if let run, let export {
            var run = Scene.run(run, of: export)
            if let group = groups.first {
                run.groupRunID = 39
                run.groupID = group.id
                run.groupName = group.name
            }
            world.load(run)
        }
        for group in groups { world.load(group) }
        world.learn(.now, .moment(Scene.newYear))
        for count in 1...3 {
            world.learn(
                .newIDs(command: 100, count: count), .ids((0..<count).map { 200 + Int64($0) }))
        }
        world.load(rights: rights, of: "ben")
        for assignment in assignments { world.load(assignment) }
        world.learn(.decidedDelivery(run: 40), .decided(Scene.decidedDelivery))
        world.learn(.delivery(Scene.decidedDelivery), .delivery(.notVisible))
        world.learn(.workerOfRun(40), .names([]))
        world.learn(.registeredDatabases(environment: "production"), .names(["crm", "erp"]))
        world.learn(
            .catalog(databaseID: 1), .catalog(Scene.catalog("a", "b", "c", unreadable: "locked")))
        world.learn(.catalog(databaseID: 2), .catalog(Scene.catalog("x", "y")))
        for credential in ["x", "w", "hr", "new", "other"] {
            world.learn(.sourceRole(credential: credential), .sourceRole(Scene.reader))
        }
        for name in ["Lake", "lake"] { world.learn(Scene.destinationTest(name), .passed) }
        for format in ["csv", "tsv"] {
            world.learn(
                .templateCheck(kind: "directory", settings: ["format": .string(format)]), .passed)
        }
        return world
    }

    static func export(
        versions: Int? = nil, active: Version? = nil, draft: Draft? = nil
    ) -> DataExport {
        DataExport(
            id: 10, environment: "production", name: "Daily",
            versionCount: versions ?? active?.number ?? 0, active: active, draft: draft,
            createdBy: "anna")
    }

    static func version(_ number: Int, _ selection: TableSelection = tables("a", "b")) -> Version {
        Version(number: number, databaseID: 1, tables: selection, activatedBy: "anna")
    }

    static func draft(
        _ database: Int64?, _ selection: TableSelection?, base: Int? = nil
    ) -> Draft {
        Draft(databaseID: database, tables: selection, baseVersion: base, openedBy: "anna")
    }

    /// 1 January 2026, 00:00 UTC, a Thursday: the time it is.
    static let newYear: Int64 = 1_767_225_600

    static func group(
        _ name: String = "Morning", id: Int64 = 60, _ trigger: GroupTrigger = .manual,
        of orchestrations: [Int64] = [30], isEnabled: Bool = true, nextTimes: [Int64] = []
    ) -> OrchestrationGroup {
        OrchestrationGroup(
            id: id, environment: "production", name: name, orchestrationIDs: orchestrations,
            isEnabled: isEnabled, trigger: trigger, nextTimes: nextTimes, runsAs: "anna",
            createdBy: "anna")
    }

    static func run(_ state: RunState, of export: DataExport) -> Run {
        Run(
            id: 40, of: orchestration, sending: export, version: export.active ?? version(1),
            to: destination, inputs: inputs, state: state, createdBy: "anna")
    }

    static let inputs = RunInputs(
        database: .init(name: "crm", credential: "crm"), tables: tables("a", "b"),
        destination: .init(name: "Lake", kind: "directory", settings: ["path": "/lake"]),
        dataTemplate: .init(name: "csv", settings: ["format": "csv"]))

    /// What run 40 decided to publish, where it is publishing.
    static let decidedDelivery = DecidedDelivery(
        run: 40, dataExportName: "Daily",
        inputs: Scene.inputs, manifest: "{}")

    static func assignment(
        _ policy: Policy, id: Int64 = 90, role: String = "ben", in environment: String? = nil,
        isDenial: Bool = false, _ options: PolicyOption...
    ) -> PolicyAssignment {
        PolicyAssignment(
            id: id, role: role, policy: policy, environment: environment, isDenial: isDenial,
            options: Set(options), createdBy: "anna")
    }

    static func alert(orchestration: Int64? = nil) -> Alert {
        let settings = #"{"on":["failure"],"credential":"hook","retry_seconds_max":86400}"#
        let text = """
            {"id":50,"environment":"production","name":"Ops","created_by":"anna",\
            \(orchestration.map { "\"orchestration_id\":\($0)," } ?? "")"settings":\(settings)}
            """
        do { return try decoded(text) } catch { preconditionFailure("\(error)") }
    }

    static func destinationTest(_ name: String) -> Fact {
        .destinationTest(.init(name: name, kind: "directory", settings: ["path": "/lake"]))
    }

    static func tables(_ names: String...) -> TableSelection {
        TableSelection(names.map { TableName(schema: "public", name: $0) })
    }

    static func catalog(_ readable: String..., unreadable: String...) -> Catalog {
        var relations: [TableName: Catalog.Relation] = [:]
        for name in readable { relations[TableName(schema: "public", name: name)] = .readable }
        for name in unreadable { relations[TableName(schema: "public", name: name)] = .unreadable }
        return Catalog(relations, role: reader)
    }

    /// What a source should be read as.
    static let reader = SourceRole(name: "reader", excessiveRights: [])
}

func command(
    _ name: String, _ arguments: JSONValue, id: Int64 = 100, environment: String = "production"
) -> CommandEnvelope {
    CommandEnvelope(
        id: id, environment: environment, actor: "ben", name: name, arguments: arguments)
}

/// The text that `Encodable` gives with sorted keys.
func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

func decoded<T: Decodable>(_ text: String, as type: T.Type = T.self) throws -> T {
    try JSONDecoder().decode(T.self, from: Data(text.utf8))
}

/// The cells of a transition table, one a line: `command => result`, under `state:` lines.
func cells(_ table: String) -> [Cell] {
    var state = ""
    var cells: [Cell] = []
    for line in table.split(separator: "\n") {
        if line.hasPrefix("state: ") {
            state = String(line.dropFirst("state: ".count))
        } else {
            let parts = line.split(separator: "=>").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            cells.append(Cell(state: state, command: parts[0], expected: parts[1]))
        }
    }
    return cells
}

struct Cell: CustomTestStringConvertible {
    let state: String
    let command: String
    let expected: String

    var testDescription: String { "\(state): \(command) => \(expected)" }
}
