import Lifecycle
import Testing
import Values

@Suite("A rejection")
struct RejectionTests {
    @Test(arguments: rejectionCases)
    func `names the object, the rule and the way out`(_ example: RejectionCase) {
        var world = example.world

        let decision = decide(example.command, &world)

        #expect(
            decision
                == .rejected(Rejection(example.code, example.message, hint: example.hint)))
    }

    @Test func `of every code there is has an example`() {
        #expect(Set(rejectionCases.map(\.code)) == Set(RejectionCode.allCases))
    }

    /// A person has caused it, and can do something about it.
    @Test(arguments: rejectionCases)
    func `is never taken for a fault of Ferry`(_ example: RejectionCase) {
        for text in [example.message, example.hint] {
            #expect(!text.contains(/(?i)report it|bug in ferry|fault of ferry|internal error/))
        }
    }

    @Test func `never repeats a connection string that holds a password`() throws {
        var world = World()
        world.load(rights: [Scene.assignment(.administrator)], of: "ben")
        let connection = "postgres://app:hunter2@db/crm"

        let decision = decide(
            command("register_database", ["name": "crm", "credential": .string(connection)]),
            &world)

        guard case .rejected(let rejection) = decision else {
            Issue.record("was \(decision)")
            return
        }
        #expect(!(try json(rejection)).contains("hunter2"))
    }

    @Test func `shows control, escape and bidirectional characters escaped`() {
        var world = World()
        world.load(rights: [Scene.assignment(.administrator)], of: "ben")

        let decision = decide(
            command("delete_destination", ["name": "a\u{202e}b\u{200b}é"]), &world)

        guard case .rejected(let rejection) = decision else {
            Issue.record("was \(decision)")
            return
        }
        #expect(rejection.message == "destination \"a\\u{202e}b\\u{200b}é\" does not exist")
        #expect(shown("\u{1b}[31m\u{7}") == "\\u{1b}[31m\\u{7}")
    }

    @Test func `counts databases of the same batch among the registered ones`() {
        var world = Scene(export: nil).world
        _ = decide(command("unregister_database", ["name": "erp"]), &world)
        _ = decide(
            command("register_database", ["name": "Web", "credential": "w"], id: 101), &world)

        let decision = decide(
            command("create_data_export", ["name": "X", "database": "erp"], id: 102), &world)

        let rejection = Rejection(
            .databaseNotRegistered,
            "database \"erp\" is not registered; registered databases: \"Web\", \"crm\"",
            hint: "register it first with register_database, or choose a registered one")
        #expect(decision == .rejected(rejection))
    }

    @Test func `lists at most ten names`() {
        var world = Scene().world
        for id in Int64(50)..<62 {
            world.load(
                Orchestration(
                    id: id, environment: "production", name: "N\(id)", dataExportID: 10,
                    destinationID: 20, dataTemplateID: 21, createdBy: "anna"))
        }

        let decision = decide(command("delete_data_export", ["name": "Daily"]), &world)

        guard case .rejected(let rejection) = decision else {
            Issue.record("was \(decision)")
            return
        }
        #expect(
            rejection.message.hasSuffix("\"N58\", \"N59\" and 2 more; delete them first"),
            "\(rejection.message)")
    }
}
