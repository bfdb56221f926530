import Credentials
import Destinations
import Formats
import Postgres
import SourceDatabases
import TestSupport
import Testing
import Values

@testable import RunEngine

@Suite("An error of a run", .timeLimit(.minutes(15)))
struct RunErrorTests {
    @Test(arguments: [
        (
            SourceError.tablesMissing(database: "d", tables: []), "tables_missing",
            ErrorOrigin.source
        ),
        (.columnsMissing(table: "t", columns: []), "columns_missing", .source),
        (.keepsChanging(database: "d"), "tables_changing", .source),
        (.changedMeanwhile(table: "t"), "tables_changing", .source),
        (
            .tooManyTables(database: "d", locks: 2, room: 1, setting: 64), "too_many_tables",
            .source
        ),
        (.tablesLocked(database: "d"), "tables_locked", .source),
        (.changeWaits(table: "t"), "table_change_waits", .source),
        (.incomplete(table: "t", received: 1, sent: 2), "incomplete_read", .source),
        (
            .credentialUnavailable(CredentialUnavailable("x")), "credential_unavailable",
            .configuration
        ),
        (.settingsRefused(table: "t", reason: "x"), "table_settings_refused", .configuration),
        (.filterIsVolatile(table: "t"), "table_settings_refused", .configuration),
        (.settingsFailed(table: "t", sqlState: "x"), "table_settings_failed", .configuration),
        (.notText(table: "t", columns: ["c"]), "unrepresentable_value", .source),
        (.severalServers(credential: "c"), "source_unavailable", .source),
    ])
    func `of the source has the origin source or configuration`(
        error: SourceError, code: String, origin: ErrorOrigin
    ) {
        let failure = RunError(error, while: "run 7")

        #expect(failure.code == code)
        #expect(failure.origin == origin)
    }

    private static let ofSources: [SourceError] = [
        SourceError.tablesMissing(database: "d", tables: []),
        .columnsMissing(table: "t", columns: []), .keepsChanging(database: "d"),
        .changedMeanwhile(table: "t"), .tablesLocked(database: "d"), .changeWaits(table: "t"),
        .incomplete(table: "t", received: 1, sent: 2), .notText(table: "t", columns: []),
        .settingsRefused(table: "t", reason: "x"), .filterIsVolatile(table: "t"),
        .settingsFailed(table: "t", sqlState: "x"),
        .credentialUnavailable(CredentialUnavailable("x")),
        .tooManyTables(database: "d", locks: 2, room: 1, setting: 64),
        .severalServers(credential: "c"),
    ]
    private static let ofDestinations: [DestinationError] = [
        .accessDenied(destination: "D", path: "p"), .notFound(destination: "D", path: "p"),
        .credentialUnavailable(destination: "D", CredentialUnavailable("x")),
        .notAuthenticated(destination: "D", user: "u", method: "m", reason: "r"),
        .stagedFileMissing(destination: "D", run: 1, file: "f"),
        .full(destination: "D", path: "p"),
        .unavailable(destination: "D", path: "p", reason: "r"),
        .notAllowed(destination: "D", path: "p", rule: "r"),
        .refused(destination: "D", path: "p", reason: "r"),
        .overtaken(destination: "D", run: 1, by: 2),
    ]
    private static let ofKeys: [PGPError] = [
        .programMissing, .secretKey, .noKey, .severalKeys([]), .unknownKey("k", subkeys: []),
        .ambiguousKey("k"), .primaryKey("k", subkeys: []), .onlyPrimaryKey("k"),
        .notForEncryption("k"), .expired("k", when: "w"), .revoked("k"), .unusable("k"),
        .failed(reason: "r"),
    ]
    private static let others: [any Error] = [
        ArchiveError.noSpool(folder: "f", reason: "r"),
        FileNameError.oneNameForAll(tables: 2, file: "f"),
        PostgresError.connectionLost("x"), PostgresError.cannotConnect("x"),
    ]

    private static var causedByOthers: [any Error] {
        let known: [[any Error]] = [ofSources, ofDestinations, ofKeys, others]
        return known.flatMap(\.self)
    }

    /// What people or other systems have caused is not for the makers of Ferry to correct.
    @Test(arguments: causedByOthers.indices)
    func `is never taken for a fault of Ferry`(_ index: Int) {
        let error = Self.causedByOthers[index]
        let failure = RunError(error, while: "run 7")

        #expect(!["internal", "invalid_publication"].contains(failure.code), "\(error)")
        for text in [failure.message, failure.hint ?? ""] {
            #expect(!text.contains(/(?i)report it|bug in ferry|fault of ferry|internal error/))
        }
    }

    @Test func `with a statement that an administrator cancelled is retried, and says so`()
        async throws
    {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let other = try await database.connect()
            let id = try await connection.query("select pg_backend_pid()")[0][0].int()
            let waiting = Task { try await connection.run("select pg_sleep(600)") }
            // Until the statement has begun there is nothing to cancel.
            try await eventually("the statement runs") {
                try await other.query(
                    "select wait_event = 'PgSleep' from pg_stat_activity where pid = \(id)"
                )[0][0].optionalBool() == true
            }
            _ = try await other.query("select pg_cancel_backend(\(id))")
            let error = await #expect(throws: PostgresError.self) { try await waiting.value }

            let failure = RunError(try #require(error), while: "table public.t")

            #expect(failure.isTransient)
            #expect(failure.code == "source_unavailable")
            #expect(
                failure.hint
                    == "an administrator or a timeout of the source canceled the statement")
        }
    }

    /// What `elog` in PostgreSQL's aset.c says of a piece of memory above 1 GB.
    @Test func `with a row that is too large for a text names the limit and the way out`()
        async throws
    {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run(
                    """
                    do $$ begin raise exception 'invalid memory alloc request size 1080000003'
                        using errcode = 'XX000'; end $$
                    """)
            }

            let failure = RunError(try #require(error), while: "table public.t")

            #expect(failure.code == "source_refused")
            #expect(failure.hint?.contains("only up to 1 GB") == true)
            #expect(failure.hint?.contains("parquet") == true)
        }
    }

    @Test(arguments: [
        (
            DestinationError.accessDenied(destination: "d", path: "p"), "destination_access_denied",
            ErrorOrigin.destination
        ),
        (.notFound(destination: "d", path: "p"), "destination_not_found", .destination),
        (.full(destination: "d", path: "p"), "destination_full", .destination),
        (
            .unavailable(destination: "d", path: "p", reason: "r"), "destination_unavailable",
            .destination
        ),
        (.refused(destination: "d", path: "p", reason: "r"), "destination_refused", .destination),
        (
            .notAllowed(destination: "d", path: "p", rule: "r"), "destination_not_allowed",
            .configuration
        ),
        (
            .credentialUnavailable(destination: "d", CredentialUnavailable("x")),
            "credential_unavailable", .configuration
        ),
        (
            .invalidPublication(destination: "d", run: 7, reason: "r"), "invalid_publication",
            .internal
        ),
    ])
    func `of the destination has the origin destination, configuration or internal`(
        error: DestinationError, code: String, origin: ErrorOrigin
    ) {
        let failure = RunError(error, while: "run 7")

        #expect(failure.code == code)
        #expect(failure.origin == origin)
    }

    @Test(arguments: [
        (
            DestinationError.accessDenied(destination: "d", path: "p"),
            "it is retried automatically; if the cause cannot be fixed, an administrator can end "
                + "it with abandon_run"
        ),
        (
            .unavailable(destination: "d", path: "p", reason: "r"),
            "it is retried automatically; if the cause cannot be fixed, an administrator can end "
                + "it with abandon_run"
        ),
        (
            .stagedFileMissing(destination: "d", run: 7, file: "f"),
            "none of its output is visible; use retry_run or restart_run to start it again"
        ),
        (
            .overtaken(destination: "d", run: 7, by: 9),
            "none of its output is visible; use retry_run or restart_run to start it again"
        ),
    ])
    func `after the decision to publish names the way out that there is then`(
        error: DestinationError, hint: String
    ) {
        let failure = RunError(publishing: error, run: 7)

        #expect(failure.hint == hint)
        #expect(failure.message == "publishing run 7: \(error)")
        #expect(!failure.message.lowercased().contains("restart the run"))
    }

    @Test func `that is unexpected is a bug in Ferry`() {
        struct Unheard: Error {}

        let failure = RunError(Unheard(), while: "run 7")

        #expect(failure.code == "internal")
        #expect(failure.origin == .internal)
        #expect(!failure.isTransient)
    }

    @Test(arguments: [
        (PGPError.programMissing, "encryption_failed", ErrorOrigin.internal),
        (.failed(reason: "x"), "encryption_failed", .internal),
        (.revoked("k"), "encryption_key_refused", .configuration),
    ])
    func `of encryption has the origin configuration or internal`(
        error: PGPError, code: String, origin: ErrorOrigin
    ) {
        let failure = RunError(error, while: "run 7")

        #expect(failure.code == code)
        #expect(failure.origin == origin)
    }
}
