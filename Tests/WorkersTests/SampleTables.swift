import Postgres
import TestSupport

/// What the source databases of the tests hold: small tables with everything that is odd.
enum SampleTables {
    /// A database to copy: copies have their rows in the same places, so their files are equal.
    private static let template = Task {
        let database = try await TestDatabase.create()
        let connection = try await database.connect()
        try await connection.run(script)
        await connection.close()
        return database.name
    }

    static var templateName: String {
        get async throws { try await template.value }
    }

    static let script = """
        create table public.customers (
            id bigint primary key, name text not null, note text, amount numeric(12, 2),
            since timestamptz, tags text[]);
        insert into public.customers
        select g, 'Customer "' || g || '", Größe ☃', case when g % 3 = 0 then null
               when g % 3 = 1 then '' else E'first line\\nsecond, line\\r\\n"third"' end,
               g * 1.25, timestamptz '2026-01-01 00:00Z' + g * interval '1 minute',
               array['a,b', null, 'c"d']
          from generate_series(1, 3000) as g;

        create schema "Größe ""x""y";
        create table "Größe ""x""y"."line\nbreak, 'quoted' 🚢" ("COL ""1"" ☃" text, "select" int);
        insert into "Größe ""x""y"."line\nbreak, 'quoted' 🚢"
        select repeat(E'\\\\.\\n', g % 5), nullif(g % 7, 0) from generate_series(1, 500) as g;

        create table public.empty (id integer, name text);
        create table public.no_columns ();
        insert into public.no_columns select from generate_series(1, 2);

        create table public.parts (id integer, total integer generated always as (id * 2) stored)
            partition by range (id);
        create table public.parts_1 partition of public.parts for values from (0) to (500);
        create table public.parts_2 partition of public.parts for values from (500) to (1000);
        insert into public.parts select g from generate_series(1, 999) as g;
        """
}

/// A table whose reading stops in the middle for as long as a test wants.
///
/// Most of its rows can be read; the last holds an enum's value, whose label PostgreSQL looks up
/// in a catalog that the test has locked.
struct HeldTable {
    private let connection: Connection

    static let rows = 20_000
    static let name = "public.held"

    static let script = """
        create view public.mood as select 'calm' as name;
        create table public.held (id bigint, filler text, mood public.mood);
        insert into public.held
        select g, repeat('x', 200), case when g = \(rows) then row('calm')::public.mood end
          from generate_series(1, \(rows)) as g;
        """

    /// From now on readers of the table are blocked before its last row.
    static func close(in source: Console) async throws -> HeldTable {
        let connection = try await source.another()
        // To write a row of this type its columns are looked up. No table of the catalog will do:
        // who connects reads all of them, should the server just have dropped its copy.
        try await connection.run("begin; lock table public.mood in access exclusive mode")
        return HeldTable(connection: connection)
    }

    /// Lets everybody read on.
    func open() async {
        await connection.close()
    }

    /// How many readers are held up now.
    static func readers(in source: Console) async throws -> Int {
        try await source.number(
            """
            select count(*) from pg_stat_activity
             where datname = current_database() and application_name = 'ferry export'
               and query like 'COPY%' and wait_event_type = 'Lock'
            """)
    }

    static func isReached(in source: Console, by readers: Int = 1) async throws {
        try await eventually(within: .seconds(60), "\(readers) COPY wait in the held table") {
            try await Self.readers(in: source) == readers
        }
    }
}
