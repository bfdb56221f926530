public import Lifecycle
import Postgres

/// A table of a source database as one snapshot sees it.
public struct SourceTable: Sendable, Equatable {
    public struct Column: Sendable, Equatable, Codable {
        public let name: String
        /// As PostgreSQL's `format_type` writes it, for example `numeric(12,2)`.
        public let type: String
        public let nullable: Bool
    }

    public let name: TableName
    public let columns: [Column]
    /// From the statistics of the source; a guess when it was never analyzed.
    public let rowsEstimated: Int64
    /// Whether its rows lie in its partitions.
    let isPartitioned: Bool
    /// Whether it has columns that `COPY table` refuses.
    let hasGeneratedColumns: Bool

    /// What to write between `COPY` and `TO STDOUT`.
    ///
    /// As PostgreSQL's own COPY and pg_dump do, it gives the rows of partitions and not those of
    /// tables that inherit from this one: they are tables by themselves.
    public var copySource: String {
        let list = columns.map { quoteIdentifier($0.name) }.joined(separator: ", ")
        if isPartitioned { return "(SELECT \(list) FROM \(name.quoted))" }
        if hasGeneratedColumns { return "(SELECT \(list) FROM ONLY \(name.quoted))" }
        return name.quoted + (list.isEmpty ? "" : " (\(list))")
    }
}

extension TableName {
    /// For SQL: both parts quoted.
    var quoted: String { "\(quoteIdentifier(schema)).\(quoteIdentifier(name))" }
}
