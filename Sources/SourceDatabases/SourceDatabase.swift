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

    /// Opens a connection whose session is pinned to the settings that exports rely on, so that the
    /// same table gives the same bytes under any defaults of the server.
    ///
    /// - Throws: ``SourceError``, `PostgresError`.
    public func connect() async throws -> Connection {
        var options = ConnectionOptions(try secret(), applicationName: "ferry export")
        options.settings = .source(lockTimeout: lockTimeout)
        return try await Connection.connect(options)
    }

    private func secret() throws(SourceError) -> String {
        do {
            return try connection.resolve()
        } catch {
            throw SourceError(error)
        }
    }
}
