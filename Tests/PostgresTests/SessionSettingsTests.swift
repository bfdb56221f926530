import Postgres
import TestSupport
import Testing

@Suite("The settings of a session", .timeLimit(.minutes(15)))
struct SessionSettingsTests {
    private static let traps = [
        "search_path = public, pg_catalog", "statement_timeout = '1500ms'", "lock_timeout = '1s'",
        "idle_in_transaction_session_timeout = '5s'", "idle_session_timeout = '5s'",
        "default_transaction_isolation = 'serializable'", "default_transaction_deferrable = on",
        "jit = on", "DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'",
        "TimeZone = 'Australia/Lord_Howe'", "bytea_output = 'escape'", "extra_float_digits = -5",
        "row_security = on", "standard_conforming_strings = off", "client_encoding = 'LATIN1'",
    ]

    @Test func `are the program's, whatever the defaults of the database are`() async throws {
        try await TestDatabase.withEmpty { database in
            let owner = try await database.connect()
            try await owner.run(
                """
                CREATE FUNCTION public.set_config(text, text, boolean) RETURNS text
                    LANGUAGE sql AS $$ SELECT 'trapped' $$;
                """)
            for trap in Self.traps {
                try await owner.run("ALTER DATABASE \(database.name) SET \(trap)")
            }
            var options = ConnectionOptions(database.url)
            options.settings = .queue(lockTimeout: .seconds(5))

            let connection = try await Connection.connect(options)

            let expected = [
                "search_path": "pg_catalog", "statement_timeout": "0", "lock_timeout": "5s",
                "idle_in_transaction_session_timeout": "0", "idle_session_timeout": "0",
                "default_transaction_isolation": "read committed",
                "default_transaction_deferrable": "off", "jit": "off", "DateStyle": "ISO, YMD",
                "IntervalStyle": "postgres", "TimeZone": "UTC", "bytea_output": "hex",
                "extra_float_digits": "1", "row_security": "off",
                "standard_conforming_strings": "on", "client_encoding": "UTF8",
            ]
            for (name, value) in expected {
                let rows = try await connection.query(
                    "SELECT current_setting($1)", [.text(name)])
                #expect(try rows[0][0].string() == value, "\(name)")
            }
        }
    }

    @Test func `leave it to the server whether the queue may be written`() async throws {
        try await TestDatabase.withEmpty { database in
            let owner = try await database.connect()
            try await owner.run(
                "ALTER DATABASE \(database.name) SET default_transaction_read_only = on")
            var options = ConnectionOptions(database.url)
            options.settings = .queue()
            let connection = try await Connection.connect(options)

            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { try await $0.run("CREATE SCHEMA s") }
            }

            #expect(error?.sqlState == "25006")
            #expect(error?.errorClass == .retry)
        }
    }
}
