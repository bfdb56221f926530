/// Which database a session is in, whichever way and through whichever server it is reached.
public struct DatabaseIdentity: Sendable, Equatable {
    /// Of the cluster; its standbys have the same.
    public let system: String
    /// The oid of the database.
    public let database: Int64

    /// Asks the server. Needs no transaction, and does no harm to one.
    ///
    /// - Parameter ofStandby: Whether only a standby is of interest.
    /// - Returns: Nil where the role may not know, and of another server than a standby where only
    ///   that is of interest.
    /// - Throws: ``PostgresError``.
    public static func find(
        _ connection: Connection, ofStandby: Bool = false
    ) async throws -> DatabaseIdentity? {
        // Asked by itself: that a function may not be called ends even a statement that does not.
        let isWanted = try await connection.query(
            """
            select (pg_is_in_recovery() or not $1)
                   and has_function_privilege('pg_catalog.pg_control_system()', 'execute')
            """, [.bool(ofStandby)])
        guard try isWanted.first?[0].bool() == true else { return nil }
        let rows = try await connection.query(
            """
            select system_identifier::text, d.oid::bigint
              from pg_catalog.pg_control_system(), pg_catalog.pg_database as d
             where datname = current_database()
            """)
        return try rows.first.map {
            DatabaseIdentity(system: try $0[0].string(), database: try $0[1].int64())
        }
    }
}
