import Lifecycle
import Postgres
import SourceDatabases
import TestSupport
import Testing
import Values

@Suite("What a database has against settings of its tables", .timeLimit(.minutes(15)))
struct TableSettingsCheckTests {
    private func problems(
        _ settings: [String: JSONValue], ofAll: Bool = false, _ script: String = ""
    ) async throws -> [String] {
        var found: [String] = []
        try await SourceScene.with { scene in
            try await scene.admin.run("create table t (id int, name text);" + script)
            let connection = try await scene.source().connect()
            var parsed: [TableName: TableSettings] = [:]
            for (name, json) in settings { parsed[.named(name)] = try TableSettings(json) }
            found = try await SourceDatabase.problems(of: parsed, ofAll: ofAll, connection)
            await connection.close()
        }
        return found
    }

    @Test func `is nothing when it can do what they say`() async throws {
        let settings: JSONValue = [
            "columns": ["name", "id"], "filter": "id > 1 and name like 'a%'",
            "mask": ["name": "hash", "id": ["keep_last": 1]], "rows": ["minimum": 1],
        ]

        #expect(try await problems(["t": settings]) == [])
    }

    @Test func `names each table, and what it lacks`() async throws {
        let found = try await problems([
            "t": ["mask": ["email": "hash"]], "u": ["columns": ["id"]],
        ])

        #expect(found == ["table public.t has no column email", "table public.u does not exist"])
    }

    /// Each of these has its parentheses and quotes in order; only the source can refuse it.
    @Test(arguments: [
        ("nosuch = 1", "column \"nosuch\" does not exist"),
        ("id", "argument of WHERE must be type boolean, not type integer"),
        ("count(*) > 1", "aggregate functions are not allowed in WHERE"),
        ("id = 1 union select 1, 'x'", "syntax error at or near \"union\""),
        ("true group by id", "syntax error at or near \"group\""),
        ("true limit 1", "syntax error at or near \"limit\""),
        ("id = 1, true", "argument of WHERE must be type boolean, not type record"),
        ("to program 'x'", "syntax error at or near \"to\""),
        ("insert into t values (1) returning true", "syntax error at or near \"into\""),
        ("id = any(tags[)", "syntax error at or near \")\""),
        ("nosuch(id)", "function nosuch(integer) does not exist"),
        ("1 / 0 = 1", "division by zero"),
        ("exists (select from nosuch)", "relation \"nosuch\" does not exist"),
    ])
    func `is reported with its own message for an invalid filter`(
        _ filter: String, _ reason: String
    ) async throws {
        let found = try await problems(["t": ["filter": .string(filter)]])

        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix(
                "table public.t: the source rejects its filter or a mask: \(reason)") == true,
            "\(found)")
    }

    @Test func `is found out without running the filter`() async throws {
        let script = """
            create function touched(id int) returns boolean language plpgsql stable as
                $f$ begin raise exception 'ran'; end $f$;
            insert into t values (1);
            """

        #expect(try await problems(["t": ["filter": "public.touched(id)"]], script) == [])
    }

    @Test func `includes a partition among all tables, which is read with its table`() async throws
    {
        let script = """
            create table p (id int) partition by range (id);
            create table p1 partition of p for values from (0) to (9);
            """
        let settings: [String: JSONValue] = ["p1": ["filter": "id > 1"], "p": ["columns": ["id"]]]

        #expect(try await problems(settings, script) == [])
        #expect(
            try await problems(settings, ofAll: true, script) == [
                "table public.p1 is a partition, which is not read separately when all tables are "
                    + "read: set its parent table"
            ])
    }
}
