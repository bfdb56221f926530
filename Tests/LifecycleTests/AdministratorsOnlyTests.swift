import Lifecycle
import Testing
import Values

@Suite("A destination for administrators only")
struct AdministratorsOnlyTests {
    private func vault(
        kind: String = "directory", _ settings: JSONValue = ["path": "/lake"]
    ) -> Destination {
        Destination(
            id: 20, environment: "production", name: "Lake", kind: kind, settings: settings,
            administratorsOnly: true, createdBy: "anna")
    }

    private func scene(_ policy: Policy, isEnabled: Bool = true, run: RunState? = nil) -> World {
        var scene = Scene(hasOrchestration: true, run: run)
        scene.groups = [Scene.group(isEnabled: isEnabled)]
        scene.hasOtherTemplate = true
        scene.rights = [Scene.assignment(policy)]
        var world = scene.world
        world.load(vault())
        return world
    }

    /// Whether it was refused for that reason; every other answer is one that anybody may get.
    private func isForbidden(_ command: CommandEnvelope, in world: World) -> Bool {
        var world = world
        guard case .rejected(let rejection) = decide(command, &world) else { return false }
        return rejection.code == .permissionDenied
            && rejection.message.contains("for administrators only")
    }

    static let uses: [CommandEnvelope] = [
        command("edit_destination", ["name": "Lake", "settings": ["path": "/other"]]),
        command("delete_destination", ["name": "Lake"]),
        command("test_destination", ["name": "Lake"]),
        command(
            "create_data_template", ["destination": "Lake", "name": "x", "settings": [:]]),
        command(
            "edit_data_template", ["destination": "Lake", "name": "csv", "settings": [:]]),
        command("delete_data_template", ["destination": "Lake", "name": "tsv"]),
        command(
            "add_orchestration",
            ["data_export": "Daily", "destination": "Lake", "data_template": "csv"]),
        command("edit_orchestration", ["name": "Nightly", "data_template": "tsv"]),
        command("delete_orchestration", ["name": "Nightly"]),
        command("run_orchestration", ["name": "Nightly"]),
        command("plan_run", ["name": "Nightly"]),
        command(
            "create_orchestration_group",
            ["name": "Mine", "orchestrations": ["Nightly"], "manual": true]),
        command("edit_orchestration_group", ["name": "Morning", "schedule": "@daily"]),
        command("delete_orchestration_group", ["name": "Morning"]),
        command("disable_orchestration_group", ["name": "Morning"]),
        command("run_orchestration_group", ["name": "Morning"]),
    ]

    @Test(arguments: uses)
    func `is not used, nor kept from being used, by an operator`(_ command: CommandEnvelope) {
        #expect(isForbidden(command, in: scene(.operator)))
        #expect(!isForbidden(command, in: scene(.administrator)))
    }

    @Test func `stays in a group that another role edits`() {
        var world = scene(.operator)
        world.load(
            Destination(
                id: 24, environment: "production", name: "Pond", kind: "directory",
                settings: ["path": "/pond"], createdBy: "anna"))
        world.load(
            DataTemplate(
                id: 25, environment: "production", destinationID: 24, name: "csv", settings: [:],
                createdBy: "anna"))
        world.load(
            Orchestration(
                id: 31, environment: "production", name: "Open", dataExportID: 10,
                destinationID: 24, dataTemplateID: 25, createdBy: "anna"))

        #expect(
            isForbidden(
                command(
                    "edit_orchestration_group", ["name": "Morning", "orchestrations": ["Open"]]),
                in: world))
    }

    @Test func `has its group enabled by administrators`() {
        let enable = command("enable_orchestration_group", ["name": "Morning"])

        #expect(isForbidden(enable, in: scene(.operator, isEnabled: false)))
        #expect(!isForbidden(enable, in: scene(.administrator, isEnabled: false)))
    }

    @Test(arguments: [RunState.queued, .running])
    func `has its runs stopped by administrators`(_ state: RunState) {
        let stop = command("stop_run", ["run": 40])

        #expect(isForbidden(stop, in: scene(.user, run: state)))
        #expect(!isForbidden(stop, in: scene(.administrator, run: state)))
    }

    @Test(arguments: ["retry_run", "restart_run"])
    func `has its failed runs resolved by administrators`(_ name: String) {
        let resolve = command(name, ["run": 40])

        #expect(isForbidden(resolve, in: scene(.user, run: .failed)))
        #expect(!isForbidden(resolve, in: scene(.administrator, run: .failed)))
    }

    struct Place: CustomTestStringConvertible {
        let kind: String
        let vault: JSONValue
        let other: JSONValue
        let isShared: Bool

        init(_ kind: String, _ vault: JSONValue, _ other: JSONValue, isShared: Bool) {
            self.kind = kind
            self.vault = vault
            self.other = other
            self.isShared = isShared
        }

        var testDescription: String { "\(kind): \(vault.text), \(other.text)" }
    }

    static let places: [Place] = [
        Place("directory", ["path": "/hr"], ["path": "/hr"], isShared: true),
        Place("directory", ["path": "/hr"], ["path": "//hr/./"], isShared: true),
        Place("directory", ["path": "/hr"], ["path": "/hr/pay"], isShared: true),
        Place("directory", ["path": "/hr/pay"], ["path": "/hr"], isShared: true),
        Place("directory", ["path": "/hr"], ["path": "/hr2"], isShared: false),
        Place("directory", ["path": "/caf\u{E9}"], ["path": "/cafe\u{301}"], isShared: false),
        Place("s3", ["bucket": "b"], ["bucket": "b", "prefix": "x"], isShared: true),
        Place(
            "s3", ["bucket": "b", "prefix": "hr/"],
            ["bucket": "b", "prefix": "hr", "endpoint": "https://alias.example"], isShared: true),
        Place(
            "s3", ["bucket": "b", "prefix": "hr"], ["bucket": "b", "prefix": "crm"],
            isShared: false),
        Place("s3", ["bucket": "b"], ["bucket": "c"], isShared: false),
        Place(
            "sftp", ["host": "a.example", "path": "/in", "host_key": "SHA256:1"],
            ["host": "A.example", "path": "/in", "host_key": "SHA256:2"], isShared: true),
        Place(
            "sftp", ["host": "a.example", "path": "/in", "host_key": "SHA256:1"],
            ["host": "b.example", "path": "/in", "host_key": "SHA256:1"], isShared: true),
        Place(
            "sftp", ["host": "a.example", "path": "/in", "host_key": "SHA256:1"],
            ["host": "b.example", "path": "/in", "host_key": "SHA256:2"], isShared: false),
        Place(
            "postgres", ["credential": "w"], ["credential": "w", "schema": "public"],
            isShared: true),
        Place(
            "postgres", ["credential": "w", "schema": "hr"],
            ["credential": "w", "schema": "crm"], isShared: false),
    ]

    @Test(arguments: places)
    func `shares its place with no destination of anybody else`(_ place: Place) {
        for policy in [Policy.operator, .administrator] {
            var world = scene(policy)
            world.load(vault(kind: place.kind, place.vault))
            world.load(
                Destination(
                    id: 24, environment: "production", name: "Pond", kind: place.kind,
                    settings: [:], createdBy: "anna"))
            let create = command(
                "create_destination",
                ["name": "Own", "kind": .string(place.kind), "settings": place.other])
            let edit = command("edit_destination", ["name": "Pond", "settings": place.other])

            for command in [create, edit] {
                #expect(
                    isForbidden(command, in: world) == (place.isShared && policy == .operator))
            }
        }
    }

    @Test func `leaves what was at its place before where it is`() {
        var world = scene(.operator)
        let settings: JSONValue = ["path": "/lake"]
        world.load(
            Destination(
                id: 24, environment: "production", name: "Pond", kind: "directory",
                settings: settings, createdBy: "anna"))

        #expect(
            !isForbidden(
                command("edit_destination", ["name": "Pond", "settings": ["path": "/lake/"]]),
                in: world))
    }
}
