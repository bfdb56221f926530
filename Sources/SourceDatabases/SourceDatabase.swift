public import Credentials
public import Postgres

/// A registered database, for reading.
public struct SourceDatabase: Sendable {
    public let name: String
    let credential: String
    let credentials: WorkerCredentials
    let lockTimeout: Duration

    /// - Parameters:
    ///   - credential: The name of a credential of kind `postgres`.
    ///   - credentials: Those of this worker.
    ///   - lockTimeout: How long to wait for a session that is changing a table's definition.
    ///     Defaults to 10 seconds.
    public init(
        name: String, credential: String, of credentials: WorkerCredentials,
        lockTimeout: Duration = .seconds(10)
    ) {
        self.name = name
        self.credential = credential
        self.credentials = credentials
        self.lockTimeout = lockTimeout
    }

    /// Opens a connection with the session settings that exports rely on, so that the same table
    /// gives the same bytes under any server defaults.
    ///
    /// - Throws: ``SourceError``, `PostgresError`.
    public func connect() async throws -> Connection {
        let secret: String
        do throws(CredentialUnavailable) {
            secret = try await credentials.postgres(credential)
        } catch {
            throw SourceError.credentialUnavailable(error)
        }
        var options = ConnectionOptions(secret, applicationName: "ferry export")
        options.isSelfContained = true
        options.settings = .source(lockTimeout: lockTimeout)
        return try await Connection.connect(options)
    }
}
