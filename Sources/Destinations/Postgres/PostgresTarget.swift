internal import Credentials
internal import Postgres

/// The connection to the database that a destination fills.
struct PostgresTarget: Sendable {
    let destination: String
    let settings: PostgresSettings
    let credentials: WorkerCredentials
    /// How long to wait for locks of other sessions.
    var lockTimeout: Duration = .seconds(10)

    var staging: PostgresStaging { PostgresStaging(schema: settings.stagingSchema) }

    /// - Throws: ``DestinationError``; `CancellationError`.
    func connect() async throws -> Connection {
        let secret: String
        do throws(CredentialUnavailable) {
            secret = try await credentials.postgres(settings.credential)
        } catch {
            throw DestinationError.credentialUnavailable(destination: destination, error)
        }
        do {
            var options = ConnectionOptions(secret, applicationName: "ferry delivery")
            options.isSelfContained = true
            options.settings = .target(lockTimeout: lockTimeout)
            return try await Connection.connect(options)
        } catch let error as PostgresError {
            throw failure(error, about: settings.credential)
        }
    }

    /// Runs the body with a new connection, and converts its errors to a destination's errors.
    ///
    /// - Parameter path: The subject of the body.
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

    /// An error of PostgreSQL as a destination's error; others unchanged.
    func failure(_ error: any Error, about path: String) -> any Error {
        (error as? PostgresError)?.asDestinationError(of: destination, about: path) ?? error
    }
}
