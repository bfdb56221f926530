import Postgres
import TestSupport
import Testing

@Suite("The tables that every format is tried with", .timeLimit(.minutes(15)))
struct OddTablesTests {
    /// No value of these can be written down, or be in a table of anybody.
    private static let ofTheSystem: Set<String> = [
        "gtsvector", "pg_brin_bloom_summary", "pg_brin_minmax_multi_summary", "pg_dependencies",
        "pg_mcv_list", "pg_ndistinct", "pg_node_tree",
    ]

    @Test func `have a column of every type of PostgreSQL`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("set search_path = public;" + OddTables.script)

            let missing = try await connection.query(
                """
                select typname from pg_catalog.pg_type as t
                 where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm')
                   and not exists (select from pg_catalog.pg_type where typarray = t.oid)
                   and not exists (select from pg_catalog.pg_attribute as a
                                     join pg_catalog.pg_class as c on c.oid = a.attrelid
                                    where a.atttypid = t.oid
                                      and c.relnamespace <> 'pg_catalog'::regnamespace
                                      and c.relkind = 'r' and c.relname !~ '^pg_')
                 order by 1
                """
            ).map { try $0[0].string() }

            #expect(missing.filter { !Self.ofTheSystem.contains($0) } == [])
        }
    }

    @Test func `hold more than four hundred pairs of a type and a value`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("set search_path = public;" + OddTables.script)
            let columns = try await connection.query(
                """
                select format('select %s, md5(%I::text) from %s', quote_literal(
                                  format_type(atttypid, atttypmod)), attname, c.oid::regclass)
                  from pg_attribute as a join pg_class as c on c.oid = attrelid
                  join pg_namespace as n on n.oid = relnamespace
                 where relkind = 'r' and nspname in ('public', 'Other') and attnum > 0
                   and not attisdropped and relname not in ('wide', 'select')
                """
            ).map { try $0[0].string() }

            let pairs = try await connection.query(
                "select count(*) from (\(columns.joined(separator: " union "))) as pairs")

            #expect(try pairs[0][0].int() > 400)
        }
    }
}
