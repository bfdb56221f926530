public import Formats
import Postgres
public import Values

/// A table of a source database, in one snapshot.
public struct SourceTable: Sendable, Equatable {
    public let name: TableName
    /// The columns to read, in this order; a masked one as text.
    public internal(set) var columns: [TableColumn]
    /// From the statistics of the source; a rough estimate if it was never analyzed. With a filter,
    /// the planner's estimate.
    public internal(set) var rowsEstimated: Int64
    /// Size on disk of it and its partitions, without indexes.
    public let bytesEstimated: Int64
    /// Whether its rows are in its partitions.
    let isPartitioned: Bool
    /// Its size in pages; nil if it cannot be read by page ranges.
    let pages: Int64?
    /// Whether it has columns that `COPY table` rejects.
    let hasGeneratedColumns: Bool
    /// Tables that inherit from it, but are not partitions, and have rows according to statistics:
    /// those rows are not its own.
    public var heirs: [TableName] = []
    /// SQL that replaces the values of a column, by column name.
    var masks: [String: String] = [:]
    /// A boolean expression that is safe in parentheses; nil for all rows.
    var filter: String?

    /// The text between `COPY` and `TO STDOUT`.
    ///
    /// As PostgreSQL's own COPY and pg_dump do, it returns the rows of partitions but not those of
    /// inheriting tables, which are separate tables.
    ///
    /// - Parameters:
    ///   - asText: Of each column, whether its text is read; see ``TableReading/asText``.
    ///   - pages: Nil for the whole table.
    public func copySource(asText: [Bool] = [], pages: PageRange? = nil) -> String {
        let isPlain =
            !isPartitioned && !hasGeneratedColumns && pages == nil && masks.isEmpty && filter == nil
            && columns.allSatisfy { $0.readAs == nil } && !asText.contains(true)
        guard !isPlain else {
            let names = columns.map { quoteIdentifier($0.name) }
            return name.quoted + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))")
        }
        return "(\(query(asText: asText, pages: pages)))"
    }

    /// The SELECT that reads the table; see ``copySource(asText:pages:)``.
    func query(asText: [Bool] = [], pages: PageRange? = nil) -> String {
        let list = columns.enumerated().map { index, column in
            let isText = asText.indices.contains(index) && asText[index]
            let name = quoteIdentifier(column.name)
            let read =
                masks[column.name]
                ?? (isText ? column.valueType.texts(of: column.value) : column.value)
            return read == name ? name : "\(read) AS \(name)"
        }
        let only = isPartitioned ? "" : "ONLY "
        let conditions = [pages?.condition, filter.map { "(\($0))" }].compactMap { $0 }
        let condition =
            conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return "SELECT \(list.joined(separator: ", ")) FROM \(only)\(name.quoted)\(condition)"
    }

    /// The table in parts that can be read in parallel; a single nil if it is not split.
    ///
    /// All are of one size, and their number is even, so that two readers finish together.
    public func parts(pagesAtMost: Int64) -> [PageRange?] {
        guard let pages, pages > pagesAtMost else { return [nil] }
        let pairs = (pages + 2 * pagesAtMost - 1) / (2 * pagesAtMost)
        let count = pairs * 2
        return (0..<count).map { index in
            // Pages beyond the known size belong to the last part.
            PageRange(
                first: pages * index / count,
                end: index + 1 < count ? pages * (index + 1) / count : nil)
        }
    }
}

/// A range of a table's pages.
public struct PageRange: Sendable, Equatable {
    let first: Int64
    /// The first page after it; nil for the end of the table.
    let end: Int64?

    /// PostgreSQL reads only these pages (a TID range scan).
    var condition: String {
        let lower = "ctid >= '(\(first),0)'::pg_catalog.tid"
        return end.map { "\(lower) AND ctid < '(\($0),0)'::pg_catalog.tid" } ?? lower
    }
}

extension TableName {
    /// For SQL: both parts quoted.
    var quoted: String { "\(quoteIdentifier(schema)).\(quoteIdentifier(name))" }
}
