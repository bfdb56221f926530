internal import Lifecycle
public import Postgres

/// A registered database, as far as reading it goes.
public struct SourceDatabase: Sendable {
    public let name: String
    let connection: SecretReference
    let lockTimeout: Duration

    /// - Parameters:
    ///   - connection: A reference to the connection string, see `SecretReference`.
    ///   - lockTimeout: How long to wait for somebody who is changing the shape of a table.
    ///     Defaults to 10 seconds.
    /// - Throws: ``SourceError/secretUnavailable(reference:reason:)``
    public init(
        name: String, connection: String, lockTimeout: Duration = .seconds(10)
    ) throws(SourceError) {
        self.name = name
        do {
            self.connection = try SecretReference(connection)
        } catch {
            throw SourceError(error)
        }
        self.lockTimeout = lockTimeout
    }

    /// Every setting that changes the bytes of an export or ends a long one, whatever the defaults
    /// of the server, the database or the role are.
    static let session = """
        SET DateStyle = 'ISO, YMD';
        SET IntervalStyle = 'postgres';
        SET TimeZone = 'UTC';
        SET bytea_output = 'hex';
        SET extra_float_digits = 1;
        SET lc_monetary = 'C';
        SET xmlbinary = 'base64';
        SET search_path = pg_catalog;
        SET row_security = off;
        SET synchronize_seqscans = off;
        SET quote_all_identifiers = off;
        SET standard_conforming_strings = on;
        SET default_transaction_read_only = on;
        -- Those that this version of the server has.
        SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
         WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout',
                        'idle_session_timeout', 'transaction_timeout');
        """

    /// Opens a connection whose session is pinned to the settings that exports rely on.
    ///
    /// - Throws: ``SourceError``, `PostgresError`.
    public func connect() async throws -> Connection {
        var options = ConnectionOptions(try secret(), applicationName: "ferry export")
        options.parameters["client_encoding"] = "UTF8"
        let opened = try await Connection.connect(options)
        let milliseconds = Int(lockTimeout / .milliseconds(1))
        try await opened.run(Self.session + "\nSET lock_timeout = \(milliseconds);")
        return opened
    }

    private func secret() throws(SourceError) -> String {
        do {
            return try connection.resolve()
        } catch {
            throw SourceError(error)
        }
    }
}
