public import Postgres

extension SourceDatabase {
    /// Checks that the next connection reaches the same server: it joins a snapshot that this one
    /// exports, as every reader of a run does. Costs one connection.
    ///
    /// If connections are distributed, both may reach the same server by chance. A run that reaches
    /// several servers fails for the same reason.
    ///
    /// - Parameter connection: One that ``connect()`` opened, in no transaction.
    /// - Throws: ``SourceError/severalServers(credential:)``, other ``SourceError``,
    ///   `PostgresError`.
    public func requireOneServer(_ connection: Connection) async throws {
        // If the session has ended, and with it the snapshot, the commit throws.
        let isFound = try await connection.transaction(.snapshot) { connection in
            let id = try await connection.query("select pg_export_snapshot()")[0][0].string()
            return try await finds(snapshot: id)
        }
        if !isFound { throw SourceError.severalServers(credential: credential) }
    }

    private func finds(snapshot id: String) async throws -> Bool {
        let reader = try await connect()
        do {
            try await SourceSnapshot.join(reader, id: id)
            await reader.close()
            return true
        } catch {
            await reader.close()
            guard error is SnapshotGone else { throw error }
            return false
        }
    }
}
