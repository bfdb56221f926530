/// The identity of a session's database, however it is reached.
public struct DatabaseIdentity: Sendable, Equatable {
    /// Of the cluster; the same on its standbys.
    public let system: String
    /// The oid of the database.
    public let database: Int64

    /// Queries the server. Needs no transaction, and does not affect one.
    ///
    /// - Parameter ofStandby: Whether only a standby is of interest.
    /// - Returns: Nil if the role lacks the right, and, with `ofStandby`, on a server that is not a
    ///   standby.
    /// - Throws: ``PostgresError``.
    public static func find(
        _ connection: Connection, ofStandby: Bool = false
    ) async throws -> DatabaseIdentity? {
        // A separate query: a missing right on a function ends even a statement that does not call
        // it.
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
