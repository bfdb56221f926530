import Formats
import Postgres
import SourceDatabases
import TestSupport
import Testing
import Values

@Suite("A table of a snapshot", .timeLimit(.minutes(15)))
struct TableReadingTests {
    /// Makes a table, takes a snapshot and gives what COPY writes of it.
    private func written(
        _ script: String, _ table: TableName, _ check: (SourceTable) -> Void = { _ in }
    ) async throws -> String {
        var text = ""
        try await SourceScene.with { scene in
            try await scene.admin.run(script)
            let snapshot = try await SourceSnapshot.take(scene.source(), tables: [table])
            check(snapshot.tables[0])
            text = try await scene.read(snapshot, table)
            await snapshot.release()
        }
        return text
    }

    @Test func `is written with its generated columns and without those dropped`() async throws {
        let script = """
            create table t (a int, gone text, b int generated always as (a * 2) stored, c text);
            insert into t (a, gone, c) values (1, 'x', 'c'), (2, 'y', null);
            alter table t drop column gone;
            """

        let text = try await written(script, .named("t")) { table in
            #expect(table.columns.map(\.name) == ["a", "b", "c"])
            #expect(table.columns.map(\.type) == ["integer", "integer", "text"])
        }

        #expect(text == "1,2,c\n2,4,\n")
    }

    @Test func `is written with the rows of its partitions`() async throws {
        let script = """
            create table p (day int, text text) partition by range (day);
            create table p1 partition of p for values from (0) to (10);
            create table p2 (text text, junk int, day int);
            alter table p2 drop column junk;
            alter table p attach partition p2 for values from (10) to (20);
            insert into p values (1, 'a'), (11, 'b');
            """

        #expect(try await written(script, .named("p")) == "1,a\n11,b\n")
        #expect(try await written(script, .named("p2")) == "b,11\n")
    }

    @Test(arguments: ["", ", double int generated always as (id * 2) stored"])
    func `is written without the rows of those that inherit from it`(
        _ column: String
    ) async throws {
        let script = """
            create table t (id int\(column)); create table child (more int) inherits (t);
            insert into t values (1); insert into child (id, more) values (2, 3);
            """

        let isPlain = column.isEmpty
        #expect(try await written(script, .named("t")) == (isPlain ? "1\n" : "1,2\n"))
        #expect(try await written(script, .named("child")) == (isPlain ? "2,3\n" : "2,4,3\n"))
    }

    /// Rows of which each fills a page.
    @Test(arguments: [(9, 10), (10, 10), (11, 10), (25, 10), (40, 10), (41, 10), (3, 1)])
    func `is read in an even number of parts of one size`(
        _ pages: Int, _ most: Int64
    ) async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run(
                """
                create table t (id int, fill text) with (fillfactor = 10);
                insert into t select g, repeat('x', 800) from generate_series(1, \(pages)) as g;
                """)
            let snapshot = try await SourceSnapshot.take(scene.source(), tables: [.named("t")])
            let table = snapshot.tables[0]

            let parts = table.parts(pagesAtMost: most)
            var rows: [Int] = []
            var text = ""
            for part in parts {
                let part = try await scene.read(snapshot, .named("t"), pages: part)
                rows.append(part.split(separator: "\n").count)
                text += part
            }

            #expect(parts.count == 1 || parts.count.isMultiple(of: 2))
            #expect(parts.count == 1 ? pages <= most : rows.allSatisfy { $0 <= most })
            #expect((rows.max() ?? 0) - (rows.min() ?? 0) <= 1)
            #expect(try await text == scene.read(snapshot, .named("t")))
            await snapshot.release()
        }
    }

    @Test func `may have no columns, or lose them all`() async throws {
        let none = "create table t (); insert into t default values; insert into t default values"
        let lost = "create table t as select 1 as id; alter table t drop column id"

        #expect(try await written(none, .named("t")) == "\n\n")
        #expect(try await written(lost, .named("t")) == "\n")
    }

    @Test func `may have as many columns as PostgreSQL allows`() async throws {
        let columns = (1...1_600).map { "c\($0) smallint default \($0)" }.joined(separator: ", ")

        let text = try await written(
            "create table t (\(columns)); insert into t default values", .named("t")
        ) { #expect($0.columns.count == 1_600) }

        #expect(text == (1...1_600).map(String.init).joined(separator: ",") + "\n")
    }

    @Test(arguments: [
        String(repeating: "n", count: 63), "Quo\"ted", "dot.ted", "sp ace", "'; drop table t; --",
        "\u{202e}evil", "select", "ÄÖÜ€", "back\\slash", "tab\tbed", "new\nline", "$1", "%s",
    ])
    func `may bear any name, and its columns too`(_ name: String) async throws {
        let quoted = quoteIdentifier(name)
        let script = """
            create schema \(quoted);
            create table \(quoted).\(quoted) (\(quoted) int);
            insert into \(quoted).\(quoted) values (1);
            """

        let text = try await written(script, TableName(schema: name, name: name)) { table in
            #expect(table.columns.map(\.name) == [name])
        }

        #expect(text == "1\n")
    }

    @Test func `with row-level security is refused rather than cut short`() async throws {
        try await SourceScene.with { scene in
            try await scene.addRole("row_reader")
            try await scene.admin.run(
                """
                create table t as select generate_series(1, 3) as id;
                alter table t enable row level security;
                create policy one on t using (id = 1);
                grant select on t to row_reader;
                alter role row_reader set row_security = on;
                """)
            let source = try await scene.source(as: "row_reader")
            let snapshot = try await SourceSnapshot.take(source, tables: [.named("t")])
            let reader = try await source.connect()
            try await SourceSnapshot.join(reader, id: snapshot.id)

            let error = await #expect(throws: PostgresError.self) {
                try await scene.copied(snapshot.tables[0], reader)
            }

            #expect(error?.sqlState == "42501")
            #expect(
                error?.description.contains("row-level security policy for table \"t\"") == true)
            await snapshot.release()
        }
    }

    @Test func `that may not be read is refused by name`() async throws {
        try await SourceScene.with { scene in
            try await scene.addRole("no_reader")
            try await scene.admin.run("create table t ()")
            let source = try await scene.source(as: "no_reader")

            for wanted: [TableName]? in [nil, [.named("t")]] {
                let error = await #expect(throws: PostgresError.self) {
                    try await SourceSnapshot.take(source, tables: wanted)
                }

                #expect(error?.sqlState == "42501")
                #expect(error?.description.contains("permission denied for table t") == true)
            }
        }
    }
}
