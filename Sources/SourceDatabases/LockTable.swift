import Postgres
import Values

/// The server's lock table, which all sessions share.
enum LockTable {
    /// Why these tables can never be locked together.
    ///
    /// - Returns: Nil if there is room for them, once others release their locks.
    static func refusal(
        of tables: [TableName], _ source: SourceDatabase, _ connection: Connection
    ) async throws -> SourceError? {
        // PostgreSQL's size: this many locks for each possible session.
        let rows = try await connection.query(
            """
            with locked as (
                select c.oid, c.relkind
                  from unnest($1::text[], $2::text[]) as wanted (nspname, relname)
                  join pg_namespace as n on n.nspname = wanted.nspname
                  join pg_class as c
                    on c.relnamespace = n.oid and c.relname = wanted.relname
            )
            select (select count(*) from locked where relkind <> 'p')
                   + (select count(*)
                        from locked cross join lateral pg_partition_tree(locked.oid)
                       where relkind = 'p'),
                   current_setting('max_locks_per_transaction')::bigint,
                   current_setting('max_connections')::bigint
                   + current_setting('max_prepared_transactions')::bigint
            """, [Value(tables.map(\.schema)), Value(tables.map(\.name))])
        let (locks, each, sessions) = try (
            rows[0][0].int(), rows[0][1].int(), rows[0][2].int()
        )
        guard locks > each * sessions * 9 / 10 else { return nil }
        // A quarter more, for all others; rounded up, so that it is not reached again soon.
        let needed = locks * 5 / 4 / sessions + 1
        return .tooManyTables(
            database: source.name, locks: locks, room: each * sessions,
            setting: max(64, (needed + 63) / 64 * 64))
    }
}
