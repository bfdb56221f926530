public import Formats
public import Lifecycle
import Postgres

/// A table of a source database as one snapshot sees it.
public struct SourceTable: Sendable, Equatable {
    public let name: TableName
    public let columns: [TableColumn]
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
    ///
    /// - Parameter casts: For each column the type it is read as, or nil for its own; empty for
    ///   all of them.
    public func copySource(casts: [String?] = []) -> String {
        let names = columns.map { quoteIdentifier($0.name) }
        guard isPartitioned || hasGeneratedColumns || casts.contains(where: { $0 != nil }) else {
            return name.quoted + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))")
        }
        let list = names.enumerated().map { index, name in
            (casts.indices.contains(index) ? casts[index] : nil).map { "\(name)::\($0)" } ?? name
        }
        let only = isPartitioned ? "" : "ONLY "
        return "(SELECT \(list.joined(separator: ", ")) FROM \(only)\(name.quoted))"
    }
}

extension TableName {
    /// For SQL: both parts quoted.
    var quoted: String { "\(quoteIdentifier(schema)).\(quoteIdentifier(name))" }
}
