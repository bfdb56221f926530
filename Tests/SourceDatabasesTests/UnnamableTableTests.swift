import Postgres
import SourceDatabases
import TestSupport
import Testing
import Values

@Suite("A database that checks no encoding", .timeLimit(.minutes(15)))
struct UnnamableTableTests {
    /// Gives the body a database with the encoding SQL_ASCII, which takes any bytes for names, or
    /// with another one that does not check each byte.
    private func withUnchecked(
        encoding: String = "SQL_ASCII",
        _ body: (SourceScene, _ database: TestDatabase) async throws -> Void
    ) async throws {
        try await SourceScene.with { scene in
            let database = try await TestDatabase.create(
                options: "encoding '\(encoding)' locale 'C'")
            let admin = try await database.connect()
            try await admin.run("set search_path = public")
            do {
                try await body(
                    SourceScene(database: database, admin: admin, folder: scene.folder), database)
            } catch {
                try? await database.drop()
                throw error
            }
            await admin.close()
            try await database.drop()
        }
    }

    private static let tables = #"""
        create table orders as select 1 as id;
        create table "日本" as select 2 as id;
        do $$ begin
            execute format('create table %I (id int)', convert_from('\x636166e9', 'SQL_ASCII'));
            execute format('create table odd (%I int)', convert_from('\x61e9', 'SQL_ASCII'));
            execute format('create schema %I', convert_from('\xff', 'SQL_ASCII'));
            execute format('create table %I.t (id int)', convert_from('\xff', 'SQL_ASCII'));
        end $$
        """#

    @Test func `gives all of its tables but those whose names are no text`() async throws {
        try await withUnchecked { scene, _ in
            try await scene.admin.run(Self.tables)

            let known = try await SourceDatabase.relations(scene.admin, partitions: true)
            let snapshot = try await SourceSnapshot.take(scene.source(), tables: nil)

            let names = ["public.\"日本\"", "public.orders"]
            #expect(known.keys.map(\.canonical).sorted() == names)
            #expect(snapshot.tables.map(\.name.canonical).sorted() == names)
            #expect(
                snapshot.unnamable.map { "\($0.schema).\($0.name)" }
                    == [#"\377.t"#, #"public.caf\351"#, "public.odd"])
            #expect(try await scene.read(snapshot, .named("orders")) == "1\n")
            await snapshot.release()

            let chosen = try await SourceSnapshot.take(scene.source(), tables: [.named("orders")])
            #expect(chosen.unnamable == [])
            await chosen.release()
        }
    }

    @Test func `has columns with bytes that are no text, which are named`() async throws {
        try await withUnchecked { scene, _ in
            try await scene.admin.run(
                #"""
                create table bad (id int, "Good" text, "a b" text);
                insert into bad values (1, 'é', 'x'),
                    (2, 'y', convert_from('\x636166e9', 'SQL_ASCII')), (3, null, null);
                create table good as select 'é'::text as t;
                create table empty (t text);
                """#)
            let source = try await scene.source()

            let error = await source.bytesThatAreNoText(in: .named("bad"))

            #expect(error == .notText(table: "public.bad", columns: ["a b"]))
            #expect(
                error.description == """
                    table public.bad contains bytes that are not valid text, in a b: an encoding \
                    such as SQL_ASCII does not validate text
                    """)
            for name in ["good", "empty", "missing"] {
                #expect(
                    await source.bytesThatAreNoText(in: .named(name))
                        == .notText(table: "public.\(name)", columns: []))
            }
        }
    }

    @Test func `has columns with bytes that stand for no character, which are named`()
        async throws
    {
        try await withUnchecked(encoding: "WIN1252") { scene, _ in
            try await scene.admin.run(
                #"""
                create table bad (id int, good text, "a b" text, list text[], none text);
                insert into bad
                select 1, 'é', t, array[t] from convert_from('\x8120', 'WIN1252') as t
                """#)

            let error = try await scene.source().bytesThatAreNoText(in: .named("bad"))

            #expect(error == .notText(table: "public.bad", columns: ["a b", "list"]))
        }
    }

    @Test func `is rare`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run(#"create table "caf\351" (id int)"#)
            let snapshot = try await SourceSnapshot.take(scene.source(), tables: nil)
            #expect(snapshot.tables.count == 1)
            #expect(snapshot.unnamable == [])
            await snapshot.release()
        }
    }
}
