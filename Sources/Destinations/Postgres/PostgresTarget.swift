internal import Credentials
internal import Postgres

/// The database that a destination fills, as far as reaching it goes.
struct PostgresTarget: Sendable {
    let destination: String
    let settings: PostgresSettings
    let credentials: WorkerCredentials
    /// How long to wait for what somebody else has locked.
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
