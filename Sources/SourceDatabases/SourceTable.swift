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
    /// Whether `COPY table` leaves out something that a SELECT would read: rows of partitions or
    /// children, generated columns.
    let needsSelect: Bool

    /// What to write between `COPY` and `TO STDOUT`.
    public var copySource: String {
        let list = columns.map { quoteIdentifier($0.name) }.joined(separator: ", ")
        if needsSelect { return "(SELECT \(list) FROM \(name.quoted))" }
        return name.quoted + (list.isEmpty ? "" : " (\(list))")
    }
}

extension TableName {
    /// For SQL: both parts quoted.
    var quoted: String { "\(quoteIdentifier(schema)).\(quoteIdentifier(name))" }
}
