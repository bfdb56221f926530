import Foundation
import Postgres
import Values
import Watching

/// Sends SQL as an ordinary database role and shows it, as `psql` would.
struct DemoClient {
    let connection: Connection

    /// Sends a statement that returns the id of a command, and waits until it was applied.
    ///
    /// - Throws: `PostgresError` with the command's own message when it was not applied.
    func apply(_ statement: String) async throws -> Int64 {
        try await show(statement)
        let rows = try await connection.query(statement)
        guard let id = try rows.first?[0].int64() else {
            throw Failure(.internalError, "no id was returned for: \(statement)")
        }
        try await Output.line("    \(id)")
        let wait = "call ferry.wait_for(\(id));"
        try await show(wait)
        try await connection.run(wait)
        try await Output.line("    CALL")
        return id
    }

    private func show(_ statement: String) async throws {
        let lines = statement.split(separator: "\n").enumerated().map { index, line in
            (index == 0 ? "ferry=> " : "ferry-> ") + line
        }
        let (bold, plain) = Terminal.hasColour ? ("\u{1b}[1m", "\u{1b}[0m") : ("", "")
        try await Output.line(
            lines.map { bold + shown($0) + plain }
                .joined(separator: "\n"))
    }
}

extension DemoClient {
    /// The commands that a role sends to have tables delivered, step by step.
    ///
    /// - Returns: The number of the run.
    func deliverTables(into folder: DemoFolder) async throws -> Int64 {
        let export = quoteLiteral(DemoFolder.export)
        let tables = DemoTable.all.map { "\"\($0.name)\"" }.joined(separator: ", ")
        _ = try await apply(
            """
            insert into ferry.commands (command, arguments)
            values ('register_database',
                    '{"name": "customer360", "credential": "customer360"}')
            returning id;
            """)
        _ = try await apply(
            """
            insert into ferry.commands (command, arguments)
            values ('create_data_export',
                    '{"name": "\(DemoFolder.export)", "database": "customer360",
                      "tables": [\(tables)]}')
            returning id;
            """)
        try await Output.line("\nThe same with a typed function for each command:\n")
        _ = try await apply("select ferry.activate_data_export(\(export));")
        let settings = "{\"path\": \(folder.path.quotedAsJSON)}"
        _ = try await apply(
            """
            select ferry.create_destination('Partner share', kind => 'directory',
                       settings => \(quoteLiteral(settings)));
            """)
        _ = try await apply(
            """
            select ferry.create_data_template('Partner share', 'Compressed CSV',
                       settings => '{"format": "csv", "compression": "gzip"}');
            """)
        _ = try await apply(
            """
            select ferry.add_orchestration(\(export), 'Partner share', 'Compressed CSV');
            """)
        // A run has the id of the command that started it.
        return try await apply("select ferry.run_orchestration(\(export));")
    }
}
