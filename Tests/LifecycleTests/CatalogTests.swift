import Lifecycle
import Testing
import Values

@Suite("What a database has under the name of a table")
struct CatalogTests {
    private static let catalog = Catalog(
        [
            TableName(schema: "public", name: "a"): .readable,
            TableName(schema: "public", name: "v"): .other("a view"),
            TableName(schema: "public", name: "mine"): .hidingRows,
            TableName(schema: "public", name: "far"): .scattered,
        ], role: Scene.reader)

    private func rejection(
        of command: CommandEnvelope, _ draft: TableSelection? = nil
    ) throws -> Rejection {
        var scene = Scene()
        if let draft { scene.export = Scene.export(draft: Scene.draft(1, draft)) }
        var world = scene.world
        world.learn(.catalog(databaseID: 1), .catalog(Self.catalog))
        guard case .rejected(let rejection) = decide(command, &world) else {
            throw NotRejected()
        }
        return rejection
    }

    private struct NotRejected: Error {}

    @Test func `is named as what it is where that is no table`() throws {
        let rejection = try rejection(
            of: command("add_tables", ["name": "Daily", "tables": ["v"]]))

        #expect(rejection.code == .tableNotInDatabase)
        #expect(rejection.message == "\"public.v\" in database \"crm\" is a view, not a table")
        #expect(rejection.hint == "only tables can be sent: choose the tables behind it")
    }

    @Test func `is not activated where it is no table any more, or hides rows`() throws {
        let rejection = try rejection(
            of: command("activate_data_export", ["name": "Daily"]),
            Scene.tables("a", "v", "mine"))

        #expect(rejection.code == .tablesMissing)
        #expect(
            rejection.message == "cannot activate \"Daily\": not tables: public.v is a view; "
                + "tables whose row-level security hides rows: public.mine")
        #expect(
            rejection.hint == "read them as a role with BYPASSRLS, or as their owner, choose the "
                + "tables behind them in database \"crm\", or remove_tables")
    }

    @Test func `is not sent with all others where it hides rows`() throws {
        let rejection = try rejection(
            of: command("activate_data_export", ["name": "Daily"]), .all)

        #expect(
            rejection.message == "cannot activate \"Daily\": tables whose row-level security hides "
                + "rows: public.mine; tables with rows on other servers, which no single snapshot "
                + "covers: public.far")
    }

    @Test func `is not activated where it has rows on other servers`() throws {
        let rejection = try rejection(
            of: command("activate_data_export", ["name": "Daily"]), Scene.tables("a", "far"))

        #expect(rejection.code == .tablesMissing)
        #expect(
            rejection.hint
                == "send each part from its own server in database \"crm\", or remove_tables")
    }
}
