import Formats
import Lifecycle
import Postgres
import SourceDatabases
import TestSupport
import Testing
import Values

@Suite("A table with settings", .timeLimit(.minutes(15)))
struct TableSettingsTests {
    private static let people = """
        create domain code as text not null;
        create table t (
            id int primary key, name varchar(20), born date, paid boolean, tags text[],
            code code, pin char(6), "odd; ""name" numeric(8, 2) not null);
        insert into t values
            (1, 'Müller', '1990-02-03', true, '{a,b}', 'c1', '12', 1.5),
            (2, null, null, null, null, 'c2', null, 2),
            (3, 'Li', '2001-12-31', false, '{}', 'c3', '123456', 3.25);
        """

    /// What COPY writes of table t, read with these settings.
    private func written(
        _ script: String, _ settings: JSONValue, _ check: (SourceTable) -> Void = { _ in }
    ) async throws -> String {
        var text = ""
        try await SourceScene.with { scene in
            try await scene.admin.run(script)
            let snapshot = try await SourceSnapshot.take(
                scene.source(), tables: [.named("t")],
                settings: [.named("t"): try TableSettings(settings)])
            check(snapshot.tables[0])
            text = try await scene.read(snapshot, .named("t"))
            await snapshot.release()
        }
        return text
    }

    @Test func `gives the columns that were chosen, in that order`() async throws {
        let text = try await written(Self.people, ["columns": ["odd; \"name", "id"]]) { table in
            #expect(table.columns.map(\.name) == ["odd; \"name", "id"])
        }

        #expect(text == "1.50,1\n2.00,2\n3.25,3\n")
    }

    @Test(arguments: [
        ("born > date '2000-01-01' or id = 1", [1, 3]), ("name is null or false", [2]),
        ("\"odd; \"\"name\" < 3 and (id in (select max(id) - 1 from public.t))", [2]),
        ("code = E'c\\x33'", [3]), ("name = $$Li$$", [3]), ("name ~ '\\w{6}'", [1]),
        ("null", []),
    ])
    func `gives the rows that the filter lets through`(_ filter: String, _ ids: [Int]) async throws
    {
        let text = try await written(
            Self.people, ["columns": ["id"], "filter": .string(filter)])

        #expect(text == ids.map { "\($0)\n" }.joined())
    }

    @Test func `gives hidden values instead of those it holds`() async throws {
        let masks: JSONValue = [
            "id": "null", "name": ["keep_first": 2], "born": ["keep_last": 5], "paid": "hash",
            "tags": ["keep_first": 0], "code": "null", "pin": ["keep_last": 3],
            "odd; \"name": ["constant": "it's \\ all\n"],
        ]

        let text = try await written(Self.people, ["mask": masks]) { table in
            #expect(
                table.columns.map(\.type).dropFirst().dropLast(3) == [
                    "text", "text", "text", "text",
                ])
            #expect(table.columns.map(\.valueType.id).suffix(2) == [25, 25])
            #expect(table.columns[0].type == "integer" && table.columns[0].nullable)
            #expect(table.columns[5].type == "public.code" && table.columns[5].nullable)
            #expect(table.columns[7].nullable == false)
            #expect(
                table.columns.map(\.masked) == [
                    "null", "keep_first", "keep_last", "hash", "keep_first", "null", "keep_last",
                    "constant",
                ])
        }

        // printf true | sha256sum, printf false | sha256sum
        let yes = "b5bea41b6c623f7c09f1bf24dcae58ebab3c0cdd90ad966bc43a45b44867e12b"
        let no = "fcbcf165908dd18a9e49f7ff27810176db8e9f63b4352213741664245224f8aa"
        let constant = "\"it's \\ all\n\""
        #expect(
            text == """
                ,Mü****,*****02-03,\(yes),*****,,12,\(constant)
                ,,,,,,,\(constant)
                ,Li,*****12-31,\(no),**,,***456,\(constant)

                """)
    }

    @Test func `that is partitioned or has generated columns is filtered as any other`()
        async throws
    {
        let partitioned = """
            create table t (id int, d int generated always as (id * 2) stored)
                partition by range (id);
            create table t1 partition of t for values from (0) to (5);
            create table t2 partition of t for values from (5) to (9);
            insert into t select generate_series(1, 8);
            """
        let settings: JSONValue = ["filter": "d > 8 and d < 14", "mask": ["id": ["keep_last": 0]]]

        #expect(try await written(partitioned, settings) == "*,10\n*,12\n")
        let inherited = """
            create table t (id int, d int generated always as (id * 2) stored);
            create table c () inherits (t);
            insert into t select generate_series(1, 8); insert into c values (6);
            """
        #expect(try await written(inherited, settings) == "*,10\n*,12\n")
    }

    @Test func `is read in parts that its filter does not open again`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run(
                """
                create table t (id int, x text) with (fillfactor = 10);
                insert into t select g, repeat('x', 800) from generate_series(1, 50) g;
                """)
            let settings = try TableSettings(
                ["filter": "id <= 10 or id > 40", "columns": ["id"]])
            let snapshot = try await SourceSnapshot.take(
                scene.source(), tables: [.named("t")], settings: [.named("t"): settings])
            let connection = try await scene.source().connect()
            var ids = ""
            let parts = snapshot.tables[0].parts(pagesAtMost: 7)
            for pages in parts {
                let source = snapshot.tables[0].copySource(pages: pages)
                _ = try await connection.copyOut("COPY \(source) TO STDOUT") {
                    ids += String(decoding: $0.bytes, as: UTF8.self)
                }
            }

            #expect(parts.count > 3)
            #expect(ids == (Array(1...10) + Array(41...50)).map { "\($0)\n" }.joined())
            await snapshot.release()
        }
    }

    @Test func `has as many rows as the planner guesses that its filter lets through`() async throws
    {
        let script = """
            create table t as select g as id from generate_series(1, 1000) g; analyze t;
            """

        _ = try await written(script, ["filter": "id <= 100"]) {
            #expect((90...110).contains($0.rowsEstimated))
        }
        _ = try await written(script, ["rows": ["minimum": 1]]) {
            #expect($0.rowsEstimated == 1000)
        }
    }

    @Test func `is refused when it lacks a column`() async throws {
        let error = await #expect(throws: SourceError.self) {
            try await written(Self.people, ["columns": ["id", "nam\u{202e}e", "x"]])
        }

        #expect(
            error?.description == "table public.t has no column nam\\u{202e}e, x")
        #expect(error?.isTransient == false)
    }

    @Test func `that is gone fails the run, of all tables too`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run("create table u ()")
            let settings = [TableName.named("t"): try TableSettings(["rows": ["minimum": 1]])]

            let error = await #expect(throws: SourceError.self) {
                try await SourceSnapshot.take(scene.source(), tables: nil, settings: settings)
            }

            #expect(error == .tablesMissing(database: "shop", tables: ["public.t"]))
        }
    }
}
