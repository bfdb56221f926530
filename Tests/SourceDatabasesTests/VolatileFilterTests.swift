import Lifecycle
import Postgres
import SourceDatabases
import TestSupport
import Testing
import Values

@Suite("What the filter of a table calls", .timeLimit(.minutes(15)))
struct VolatileFilterTests {
    private static let script = """
        create table t (id int, at timestamptz, price float8);
        insert into t values (1, '2026-01-01 00:00:00+00', 0.1);
        create function mine(int) returns boolean language sql as 'select true';
        create function steady(int) returns boolean language sql stable as 'select true';
        create function equal(int, text) returns boolean language sql as 'select true';
        create operator === (function = equal, leftarg = int, rightarg = text);
        create sequence s;
        create table parted (id int) partition by list (id);
        create table part partition of parted for values in (1);
        create type pair as (a int);
        create function to_pair(int) returns pair language sql as 'select row($1)::public.pair';
        create cast (int as pair) with function to_pair(int) as implicit;
        create function gets_pair(pair) returns boolean language sql stable as 'select true';
        create domain checked as int check (value > 0 and public.mine(value));
        create domain noisy as text check (value <> '' and set_config('a.b', value, false) <> '');
        create domain positive as int check (value > 0);
        create domain "Over" as checked;
        create type holder as (c checked);
        create function gets_checked(checked) returns boolean language plpgsql stable
            as 'begin return true; end';
        create operator ~~~> (function = gets_checked, rightarg = checked);
        create function add(int, int) returns int language sql as 'select $1';
        create function sum_up(int, int) returns int language sql immutable as 'select $1 + $2';
        create aggregate loud(int) (sfunc = add, stype = int, initcond = '0');
        create aggregate quiet(int) (sfunc = sum_up, stype = int, initcond = '0');
        create view loud_view as select id, pg_sleep(0)::text as pause from t;
        create view quiet_view as select id, price::text as price from t;
        create table defaults (id int, made float8 default random(),
                               twice int generated always as (id * 2) stored);
        create table owned (id int, code checked);
        create table mine_too (like t);
        alter table mine_too enable row level security;
        create policy odd on mine_too using (public.mine(id));
        """

    private func problems(
        _ filter: String, of table: String = "t", allowingVolatile: Bool = false
    ) async throws -> [String] {
        var found: [String] = []
        try await SourceScene.with { scene in
            try await scene.admin.run(Self.script)
            let connection = try await scene.source().connect()
            found = try await SourceDatabase.problems(
                of: [.named(table): try TableSettings(["filter": .string(filter)])], ofAll: false,
                allowingVolatile: allowingVolatile, connection)
            await connection.close()
        }
        return found
    }

    static let volatile =
        [
            "set_config('DateStyle', 'German', false) = ''",
            "id = 1 and set_config('extra_float_digits', '-15', true) <> ''",
            "case when id > 1 then random() < 0.5 else true end",
            "pg_read_file('postgresql.conf') like 'x%'",
            "pg_notify('a', 'b') is null",
            "pg_sleep(0) is null",
            "nextval('public.s') > 0",
            "exists (select from pg_ls_dir('.'))",
            "id in (select u.id from public.t as u where pg_advisory_lock(1) is null)",
            "(with x as (select set_config('TimeZone', 'UTC', false) as z) select true from x)",
            "public.mine(id)",
            "id operator(public.===) 'x'",
            "(id::public.pair) is not null",
            "cast(id as public.pair) = row(1)::public.pair",
            "public.gets_pair(id)",
            "exists (select from public.loud_view)",
            "id in (select v.id from public.loud_view as v)",
        ] + hidden

    /// Calls that PostgreSQL's planner does not show.
    static let hidden = [
        "id::public.checked > 0",
        "cast(id as public.checked) is not null",
        "at::text::public.noisy like '2%'",
        "id::public.\"Over\" = 1",
        "array[id]::public.checked[] <> '{}'",
        "row(id)::public.holder is not null",
        "public.gets_checked(id)",
        "operator(public.~~~>) id",
        "(select public.loud(u.id) from public.t as u) > 0",
        "id in (select u.id from public.t as u where u.id::public.checked > 0)",
    ]

    @Test(arguments: volatile)
    func `is not volatile`(_ filter: String) async throws {
        let found = try await problems(filter)

        #expect(found.count == 1)
        #expect(found.first?.contains("calls a volatile function") == true, "\(found)")
        #expect(try await problems(filter, allowingVolatile: true) == [])
    }

    @Test(arguments: [
        "id > 1", "true", "null", "at < now() - interval '1 day'", "public.steady(id)",
        "to_char(at, 'YYYY') = '2026'", "current_setting('TimeZone') = 'UTC'",
        "id in (select u.id from public.t as u group by 1 having count(*) = 1)",
        "id = (with x as (select max(u.id) as m from public.t as u) select m from x)",
        "price::text like '0.1%' and row(id, price) > row(0, 0)",
        "id::public.positive > 0",
        "(select public.quiet(u.id) from public.t as u) > 0",
        "exists (select from public.quiet_view)",
        "exists (select from public.defaults as d where d.twice > 1 and d.made > 0)",
        "exists (select from public.owned as o where o.code = id)",
        "id::text <> '::public.checkedx'",
    ])
    func `is anything that leaves all as it is`(_ filter: String) async throws {
        #expect(try await problems(filter) == [])
    }

    @Test func `is looked at in partitioned tables too`() async throws {
        #expect(try await problems("random() < 2", of: "parted").count == 1)
        #expect(try await problems("id > 0", of: "parted") == [])
    }

    @Test func `changes no byte of what is read`() async throws {
        try await SourceScene.with { scene in
            try await scene.admin.run(Self.script)
            let source = try await scene.source()
            let table = TableName.named("t")
            func read(_ settings: TableSettings?) async throws -> String {
                let snapshot = try await SourceSnapshot.take(
                    source, tables: [table], settings: settings.map { [table: $0] } ?? [:])
                let text = try await scene.read(snapshot, table)
                await snapshot.release()
                return text
            }
            let whole = try await read(nil)

            let refused = await #expect(throws: SourceError.self) {
                try await read(
                    TableSettings([
                        "filter": """
                        set_config('DateStyle', 'German', false) <> '' and \
                        set_config('extra_float_digits', '-15', false) <> ''
                        """
                    ]))
            }

            #expect(refused == .filterIsVolatile(table: "public.t"))
            #expect(try await read(TableSettings(["filter": "id = 1"])) == whole)
            #expect(whole == "1,2026-01-01 00:00:00+00,0.1\n")
        }
    }
}
