import Foundation
import Migrations
import Postgres

/// Ferry's own database, as configured in the environment.
enum QueueDatabase {
    static var options: ConnectionOptions { options(for: "ferry") }

    /// - Parameter program: The application name in `pg_stat_activity`.
    static func options(for program: String) -> ConnectionOptions {
        var options = ConnectionOptions(
            ProcessInfo.processInfo.environment["FERRY_DATABASE_URL"] ?? "",
            applicationName: program)
        options.settings = .queue()
        return options
    }

    static func connect() async throws -> Connection {
        try await Connection.connect(options)
    }

    /// Rejects a schema of another release, if the role can read its version.
    static func checkSchema(_ connection: Connection) async throws {
        let exists = try await connection.query("select to_regnamespace('ferry') is not null")
        guard try exists.first?[0].bool() == true else { throw SchemaError.missing }
        // Only its owner and the workers can see which migrations were applied.
        let visible = try await connection.query(
            """
            select coalesce(has_schema_privilege(to_regnamespace('ferry_state'), 'usage')
                and has_table_privilege(to_regclass('ferry_state.code'), 'select')
                and has_table_privilege(to_regclass('ferry_state.migrations'), 'select'), false)
            """)
        guard try visible.first?[0].bool() == true else { return }
        try await Migrator(connection).check()
    }
}
