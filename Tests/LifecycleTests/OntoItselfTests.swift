import Lifecycle
import Testing
import Values

@Suite("A destination that is the database which is read")
struct OntoItselfTests {
    private func decision(_ settings: JSONValue) -> Decision {
        var world = Scene().world
        world.load(
            Destination(
                id: 20, environment: "production", name: "Lake", kind: "postgres",
                settings: settings, createdBy: "anna"))
        return decide(
            command(
                "add_orchestration",
                ["data_export": "Daily", "destination": "Lake", "data_template": "csv"]), &world)
    }

    @Test(
        arguments: [
            ["credential": "crm"], ["credential": "crm", "schema": "public"],
        ] as [JSONValue])
    func `takes no tables into the schema that they are in`(_ settings: JSONValue) {
        #expect(
            decision(settings)
                == .rejected(
                    Rejection(
                        .invalidChoice,
                        "destination \"Lake\" would overwrite the exported table \"public.a\": it "
                            + "has the credential of database \"crm\" and the schema of that table",
                        hint: "choose a destination with another schema, or another database")))
    }

    @Test(
        arguments: [
            ["credential": "crm", "schema": "copies"], ["credential": "erp"],
        ] as [JSONValue])
    func `takes them elsewhere`(_ settings: JSONValue) {
        guard case .applied = decision(settings) else {
            Issue.record("it is not applied: \(decision(settings))")
            return
        }
    }
}
