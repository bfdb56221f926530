public import Credentials
public import Postgres

/// A registered database, as far as reading it goes.
public struct SourceDatabase: Sendable {
    public let name: String
    let credential: String
    let credentials: WorkerCredentials
    let lockTimeout: Duration

    /// - Parameters:
    ///   - credential: The name of a credential of kind `postgres`.
    ///   - credentials: Those of this worker.
    ///   - lockTimeout: How long to wait for somebody who is changing the shape of a table.
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

    /// Opens a connection whose session is pinned to the settings that exports rely on, so that the
    /// same table gives the same bytes under any defaults of the server.
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
