public import Formats
import Postgres

/// Reading a few rows of a table.
extension SourceSnapshot {
    /// Limits the duration of every later statement of this snapshot.
    public func limitStatements(to limit: Duration) async throws {
        let milliseconds = max(1, Int(limit / .milliseconds(1)))
        try await connection.run("SET LOCAL statement_timeout = \(milliseconds)")
    }

    /// The first rows of the source, in no particular order.
    ///
    /// - Parameter charactersMax: Longer values are truncated.
    /// - Returns: A text for each column of each row; nil for null.
    public func firstRows(
        of table: SourceTable, count: Int, charactersMax: Int
    ) async throws -> [[String?]] {
        guard !table.columns.isEmpty else { return [] }
        let names = table.columns.indices.map { "c\($0)" }
        let values = names.map { "pg_catalog.left(\($0)::text, \(charactersMax))" }
        let rows = try await connection.query(
            """
            SELECT \(values.joined(separator: ", "))
              FROM (\(table.query()) LIMIT \(count)) AS t (\(names.joined(separator: ", ")))
            """)
        return try rows.map { row in try names.indices.map { try row[$0].optionalString() } }
    }

    /// Reads some rows of a table as a run would read all of them.
    ///
    /// - Parameter body: Receives the chunks of the COPY.
    /// - Returns: How many rows COPY sent.
    public func sample(
        of table: SourceTable, rows: Int, _ reading: TableReading,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> Int {
        let query = "(\(table.query(asText: reading.asText)) LIMIT \(rows))"
        return try await connection.copyOut("COPY \(query) TO STDOUT \(reading.copyOptions)") {
            chunk in
            try chunk.withUnsafeBytes(body)
        }.tagRows
    }
}
