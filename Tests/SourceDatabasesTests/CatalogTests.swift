import Lifecycle
import Postgres
import SourceDatabases
import TestSupport
import Testing
import Values

@Suite("The tables of a source database", .timeLimit(.minutes(15)))
struct CatalogTests {
    @Test func `are what holds rows of its own, with the right to read them`() async throws {
        try await SourceScene.with { scene in
            try await scene.addRole("limited_reader")
            try await scene.admin.run(
                """
                create table plain (); create table "Odd.""name x" (); create table secret ();
                create table parted (day int) partition by range (day);
                create table parted_1 partition of parted for values from (0) to (1);
                create table child () inherits (plain);
                create unlogged table unlogged ();
                create table guarded (); alter table guarded enable row level security;
                create temp table temporary ();
                create view view as select from plain;
                create materialized view materialized as select from plain;
                create sequence sequence;
                create schema hidden; create table hidden.plain ();
                create schema pgx; create table pgx.plain ();
                grant select on all tables in schema public, hidden, pgx to limited_reader;
                revoke select on secret from limited_reader;
                grant usage on schema pgx to limited_reader;
                """)
            let connection = try await scene.source(as: "limited_reader").connect()

            let tables = try await SourceDatabase.relations(connection, partitions: false)
            let all = try await SourceDatabase.relations(connection, partitions: true)

            var expected: [TableName: Catalog.Relation] = [
                .named("plain"): .readable, .named("Odd.\"name x"): .readable,
                .named("secret"): .unreadable, .named("guarded"): .hidingRows,
                .named("parted"): .readable, .named("child"): .readable,
                .named("unlogged"): .readable,
                TableName(schema: "hidden", name: "plain"): .unreadable,
                TableName(schema: "pgx", name: "plain"): .readable,
                .named("view"): .other("a view"),
                .named("materialized"): .other("a materialized view"),
                .named("sequence"): .other("a sequence"),
            ]
            #expect(tables == expected)
            expected[.named("parted_1")] = .readable
            #expect(all == expected)
        }
    }

    @Test func `are known to have rows on other servers`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run(
                """
                create table spread (day int, more int) partition by range (day);
                create table spread_1 partition of spread for values from (0) to (1)
                    partition by range (more);
                create foreign data wrapper w; create server elsewhere foreign data wrapper w;
                create foreign table far partition of spread_1 for values from (0) to (1)
                    server elsewhere;
                create table near partition of spread for values from (1) to (2);
                create table dealt (id int);
                create table whole (id int);
                set allow_system_table_mods = on;
                create table pg_catalog.pg_dist_partition (logicalrelid regclass);
                insert into pg_catalog.pg_dist_partition values ('dealt');
                """)
            let connection = try await scene.source().connect()

            let tables = try await SourceDatabase.relations(connection, partitions: true)

            #expect(
                tables == [
                    .named("spread"): .scattered, .named("spread_1"): .scattered,
                    .named("dealt"): .scattered, .named("near"): .readable,
                    .named("whole"): .readable, .named("far"): .other("a foreign table"),
                ])
            let refused = await #expect(throws: SourceError.self) {
                try await SourceSnapshot.take(scene.source(), tables: nil)
            }
            #expect(
                refused
                    == .tablesMissing(
                        database: "shop",
                        tables: ["dealt", "spread"].map {
                            "public.\($0) (it has rows on other servers)"
                        }))
            let snapshot = try await SourceSnapshot.take(
                scene.source(), tables: nil, except: [.named("dealt"), .named("spread")])
            #expect(snapshot.tables.map(\.name) == [.named("whole")])
            await snapshot.release()
        }
    }

    @Test func `can be listed while some of them are being dropped`() async throws {
        try await SourceScene.with { scene in
            let dropper = try await scene.database.connect()
            let dropping = Task {
                while !Task.isCancelled {
                    for number in 1...20 {
                        try await dropper.run(
                            "create table public.t\(number) (); drop table public.t\(number)")
                    }
                }
            }
            defer { dropping.cancel() }
            let connection = try await scene.source().connect()

            for _ in 1...300 {
                _ = try await SourceDatabase.relations(connection, partitions: true)
            }
        }
    }
}
