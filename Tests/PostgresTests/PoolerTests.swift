import Postgres
import TestSupport
import Testing

@Suite(
    "A connection pooler",
    .enabled(if: TransactionPooler.program != nil, "pgbouncer is not installed"),
    .timeLimit(.minutes(15)))
struct PoolerTests {
    private static func with(
        mode: String, size: Int, _ body: (TestDatabase, _ pooled: String) async throws -> Void
    ) async throws {
        try await TestDatabase.withEmpty { database in
            let host = try #require(database.url.firstMatch(of: /host='?([^' ]+)/)).1
            let port = try #require(database.url.firstMatch(of: /port='?([0-9]+)/)).1
            let pooler = try await TransactionPooler(
                mode: mode, before: "host=\(host) port=\(port) user=ferry", size: size)
            try await body(database, pooler.url(database: database.name, user: "ferry"))
            _ = pooler
        }
    }

    private static func options(_ url: String) -> ConnectionOptions {
        var options = ConnectionOptions(url)
        options.settings = .source(lockTimeout: .seconds(1))
        return options
    }

    @Test(arguments: [1, 3])
    func `in transaction mode is detected, without harm to its other clients`(
        size: Int
    ) async throws {
        try await Self.with(mode: "transaction", size: size) { database, pooled in
            let application = try await Connection.connect(ConnectionOptions(pooled))

            for _ in 1...5 {
                let error = await #expect(throws: PostgresError.self) {
                    try await Connection.connect(Self.options(pooled))
                }
                #expect(error?.errorClass == .accessRefused)
                #expect(error?.description.contains("pooler in transaction mode") == true)
            }

            // Its backends are as they were.
            try await application.run("CREATE TABLE public.seen (path text, read_only text)")
            for _ in 1...5 {
                try await application.run(
                    """
                    INSERT INTO seen SELECT current_setting('search_path'),
                                            current_setting('default_transaction_read_only')
                    """)
            }
            let direct = try await database.connect()
            let seen = try await direct.query("SELECT DISTINCT path, read_only FROM public.seen")
            #expect(seen.count == 1)
            #expect(try seen[0][0].string() == #""$user", public"#)
            #expect(try seen[0][1].string() == "off")
        }
    }

    @Test func `in session mode is as good as no pooler`() async throws {
        try await Self.with(mode: "session", size: 5) { _, pooled in
            let connection = try await Connection.connect(Self.options(pooled))

            #expect(try await connection.query("SHOW lock_timeout")[0][0].string() == "1s")
            #expect(try await connection.query("SHOW search_path")[0][0].string() == "pg_catalog")
        }
    }
}
