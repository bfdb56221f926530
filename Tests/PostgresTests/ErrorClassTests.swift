import Postgres
import TestSupport
import Testing

@Suite("The class of an error", .timeLimit(.minutes(15)))
struct ErrorClassTests {
    @Test(arguments: [
        ("40001", ErrorClass.retry), ("40P01", .retry), ("55P03", .retry), ("57014", .retry),
        ("25006", .retry), ("53100", .retry), ("53200", .retry), ("53300", .retry),
        ("58030", .retry), ("08006", .sessionLost), ("42883", .schemaChanged),
        ("42P01", .schemaChanged), ("42703", .schemaChanged), ("3F000", .schemaChanged),
        ("28P01", .accessRefused), ("28000", .accessRefused), ("3D000", .accessRefused),
        ("54000", .refused), ("0A000", .refused), ("42501", .refused), ("23505", .refused),
        ("22P02", .refused), ("XX000", .refused), ("FY004", .refused),
    ])
    func `follows from its SQLSTATE`(state: String, expected: ErrorClass) async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            let error = await #expect(throws: PostgresError.self) {
                try await connection.run(
                    "DO $$ BEGIN RAISE EXCEPTION USING errcode = '\(state)'; END $$")
            }

            #expect(error?.errorClass == expected)
            #expect(error?.isTransient == (expected == .retry || expected == .sessionLost))
        }
    }

    @Test func `of a result that changed its shape is a changed schema`() async throws {
        try await TestDatabase.withEmpty { database in
            let (connection, other) = (try await database.connect(), try await database.connect())
            try await connection.run("CREATE TABLE public.t (n int)")
            _ = try await connection.query("SELECT * FROM public.t")
            try await other.run("ALTER TABLE public.t ADD COLUMN m int")

            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { try await $0.query("SELECT * FROM public.t") }
            }

            #expect(error?.errorClass == .schemaChanged)
        }
    }

    @Test func `of a database or role that is not there is a refusal`() async throws {
        try await TestDatabase.withEmpty { database in
            for other in ["dbname=nowhere", "user=nobody_known"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await Connection.connect(ConnectionOptions(database.url + " " + other))
                }
                #expect(error?.errorClass == .accessRefused)
            }
        }
    }

    @Test func `of several hosts is a refusal only when all refuse`() async throws {
        try await TestDatabase.withEmpty { database in
            let host = try #require(database.url.firstMatch(of: /host='?([^' ]+)/)).1
            let port = try #require(database.url.firstMatch(of: /port='?([0-9]+)/)).1

            let error = await #expect(throws: PostgresError.self) {
                try await Connection.connect(
                    ConnectionOptions("host=127.0.0.1,\(host) port=1,\(port) dbname=nowhere"))
            }

            #expect(error?.errorClass == .sessionLost)
        }
    }
}
