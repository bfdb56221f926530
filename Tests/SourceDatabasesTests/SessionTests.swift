import Postgres
import SourceDatabases
import TestSupport
import Testing

@Suite("The session that reads a source database", .timeLimit(.minutes(15)))
struct SessionTests {
    /// Every default that can change what COPY writes or whether it ends.
    private static let traps = [
        "DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'",
        "TimeZone = 'Australia/Lord_Howe'", "bytea_output = 'escape'", "extra_float_digits = -5",
        "xmlbinary = 'hex'", "search_path = trap, pg_catalog",
        "quote_all_identifiers = on", "row_security = on", "client_encoding = 'LATIN1'",
        "statement_timeout = '100ms'", "lock_timeout = '1ms'",
        "idle_in_transaction_session_timeout = '100ms'", "idle_session_timeout = '100ms'",
        "default_transaction_isolation = 'serializable'", "standard_conforming_strings = off",
        "default_transaction_deferrable = on", "backslash_quote = off",
    ]

    @Test func `writes the same bytes whatever the defaults of role and database are`()
        async throws
    {
        try await SourceScene.with { scene in
            try await scene.addRole("trapped_reader")
            try await scene.admin.run(
                """
                create table public.odd as
                select 1 as id, timestamptz '2024-02-03 04:05:06.789+05' as at,
                       date '2024-02-03' as d,
                       interval '-1 year 2 days -03:04:05.6' as i, '\\xdead00'::bytea as b,
                       0.1::float8 + 0.2::float8 as f, 1.1::float4 as g, '12.5'::money as m,
                       'public.odd'::text as t, 'ü€😀 \\ '' "'::text as u, '{ä}'::text[] as a,
                       '(1.5,2.25)'::point as p, tstzrange(now(), null) is not null as r,
                       tstzrange('2024-07-01 00:00+00', null) as range,
                       'pg_class'::regclass as c, 'int4'::regtype as y,
                       'lower(text)'::regprocedure as z;
                alter table public.odd alter column c type regclass using 'public.odd'::regclass;
                grant select on public.odd to trapped_reader;
                create schema trap;
                create function trap.to_char(timestamp, text) returns text
                    language sql as $$ select 'trapped' $$;
                create function trap.pg_export_snapshot() returns text
                    language sql as $$ select 'trapped' $$;
                create table trap.odd ();
                create table trap.pg_class (relname name);
                """)
            let untouched = try await bytes(scene, as: "trapped_reader")

            for trap in Self.traps {
                try await scene.admin.run(
                    """
                    alter role trapped_reader set \(trap);
                    alter database \(scene.database.name) set \(trap);
                    """)
            }

            let trapped = try await bytes(scene, as: "trapped_reader")
            #expect(trapped == untouched)
            #expect(
                untouched == """
                    1,2024-02-02 23:05:06.789+00,2024-02-03,-1 years +2 days -03:04:05.6,\
                    \\xdead00,0.30000000000000004,1.1,12.50,public.odd,"ü€😀 \\ ' ""\",{ä},\
                    "(1.5,2.25)",t,"[""2024-07-01 00:00:00+00"",)",public.odd,integer,lower(text)

                    """)
        }
    }

    private func bytes(_ scene: SourceScene, as role: String) async throws -> String {
        let source = try await scene.source(as: role)
        let snapshot = try await SourceSnapshot.take(source, tables: [.named("odd")])
        let reader = try await source.connect()
        try await SourceSnapshot.join(reader, id: snapshot.id)
        let text = try await scene.copied(snapshot.tables[0], reader)
        await reader.close()
        await snapshot.release()
        return text
    }

    @Test func `is not ended by the role's timeouts`() async throws {
        try await SourceScene.with { scene in
            try await scene.addRole("hurried_reader")
            try await scene.admin.run(
                """
                create table public.t as select 1 as id;
                grant select on public.t to hurried_reader;
                alter role hurried_reader set statement_timeout = '2s';
                alter role hurried_reader set idle_in_transaction_session_timeout = '2s';
                alter role hurried_reader set idle_session_timeout = '2s';
                """)
            let source = try await scene.source(as: "hurried_reader")
            let snapshot = try await SourceSnapshot.take(source, tables: nil)
            let reader = try await source.connect()

            // A statement that outlives the limits, while the snapshot and the reader lie idle.
            let other = try await source.connect()
            _ = try await other.query("select pg_sleep(2.5)")

            try await snapshot.check()
            try await SourceSnapshot.join(reader, id: snapshot.id)
            #expect(try await scene.copied(snapshot.tables[0], reader) == "1\n")
        }
    }

    @Test func `cannot write`() async throws {
        try await SourceScene.with { scene in
            let connection = try await scene.source().connect()

            let error = await #expect(throws: PostgresError.self) {
                try await connection.run("create table public.t ()")
            }

            #expect(error?.sqlState == "25006")
        }
    }
}
