import Postgres

/// The tables that are exported: some of each usual type, text with quotes and accents, NULLs.
enum ExportTables {
    static let one = "orders"
    /// The same rows ten times.
    static let ten = "orders_times_10"

    /// Creates the source database. Its tables are unlogged, which does not affect reading.
    ///
    /// - Returns: Whether the first is large enough to be read in parts.
    static func fill(_ bench: Bench, rows: Int) async throws -> Bool {
        try await bench.database("bench_source")
        let source = try await bench.connect("bench_source")
        try await source.run(
            """
            create unlogged table \(one) as
            select g::bigint as id, (g::bigint * 7919 % 200000) as customer,
                   timestamptz '2024-01-01 UTC' + make_interval(secs => g) as ordered_at,
                   (g % 100000 / 100.0)::numeric(12, 2) as amount,
                   case when g % 5 = 0 then null else 'Rue de l''Église ' || g % 300 end as street,
                   md5(g::text) as reference,
                   jsonb_build_object('channel', 'web', 'items', g % 9) as details
              from generate_series(1, \(rows)) as g;
            create unlogged table \(ten) as
            select orders.* from \(one) as orders, generate_series(1, 10);
            """)
        try await source.run("vacuum analyze \(one), \(ten)")
        try await source.run("checkpoint")
        let rows = try await source.query(
            "select pg_table_size('\(one)') > 128 * 1024 * 1024")
        await source.close()
        return try rows[0][0].bool()
    }
}
