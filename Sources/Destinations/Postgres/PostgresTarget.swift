internal import Lifecycle
internal import Postgres

/// The database that a destination fills, as far as reaching it goes.
struct PostgresTarget: Sendable {
    let destination: String
    let settings: PostgresSettings
    /// How long to wait for what somebody else has locked.
    var lockTimeout: Duration = .seconds(10)

    var staging: PostgresStaging { PostgresStaging(schema: settings.stagingSchema) }

    /// Every setting that changes how the texts of values are read, that ends long transactions, or
    /// that lets a commit return before it is durable.
    private static let session = """
        SET DateStyle = 'ISO, YMD';
        SET IntervalStyle = 'postgres';
        SET TimeZone = 'UTC';
        SET lc_monetary = 'C';
        SET xmloption = 'content';
        SET search_path = pg_catalog;
        SET row_security = off;
        SET default_transaction_read_only = off;
        SET synchronous_commit = on;
        SET client_min_messages = warning;
        -- Those that this version of the server has.
        SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
         WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout',
                        'idle_session_timeout', 'transaction_timeout');
        """

    /// - Throws: ``DestinationError``; `CancellationError`.
    func connect() async throws -> Connection {
        let secret: String
        do {
            secret = try settings.connection.resolve()
        } catch {
            throw DestinationError.secretUnavailable(
                destination: destination, reference: error.reference, reason: error.reason)
        }
        do {
            let connection = try await Connection.connect(
                ConnectionOptions(secret, applicationName: "ferry delivery"))
            let milliseconds = Int(lockTimeout / .milliseconds(1))
            try await connection.run(Self.session + "\nSET lock_timeout = \(milliseconds);")
            return connection
        } catch let error as PostgresError {
            throw failure(error, about: settings.connection.description)
        }
    }

    /// Gives the body a connection of its own, and tells its errors as a destination does.
    ///
    /// - Parameter path: What the body is about.
    func withConnection<Value: Sendable>(
        about path: String, _ body: (Connection) async throws -> Value
    ) async throws -> Value {
        let connection = try await connect()
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw failure(error, about: path)
        }
    }

    /// An error of PostgreSQL as a destination tells it; others as they are.
    func failure(_ error: any Error, about path: String) -> any Error {
        (error as? PostgresError)?.asDestinationError(of: destination, about: path) ?? error
    }
}
