public import Values
public import Formats
import Postgres

/// A table of a source database as one snapshot sees it.
public struct SourceTable: Sendable, Equatable {
    public let name: TableName
    /// Those that are read, in this order, as they are read: a masked one as text.
    public internal(set) var columns: [TableColumn]
    /// From the statistics of the source; a guess when it was never analyzed. With a filter the
    /// guess of its planner.
    public internal(set) var rowsEstimated: Int64
    /// What it and its partitions take on disk, without their indexes.
    public let bytesEstimated: Int64
    /// Whether its rows lie in its partitions.
    let isPartitioned: Bool
    /// Its size; nil where it cannot be read by ranges of pages.
    let pages: Int64?
    /// Whether it has columns that `COPY table` refuses.
    let hasGeneratedColumns: Bool
    /// Tables that inherit from it, but are no partitions, and have rows as far as statistics
    /// tell: those are not its own.
    public var heirs: [TableName] = []
    /// SQL for what is read instead of the values of a column, by its name.
    var masks: [String: String] = [:]
    /// A boolean expression that is safe in parentheses; nil for all rows.
    var filter: String?

    /// What to write between `COPY` and `TO STDOUT`.
    ///
    /// As PostgreSQL's own COPY and pg_dump do, it gives the rows of partitions and not those of
    /// tables that inherit from this one: they are tables by themselves.
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

    /// What is to be read of the table, as a SELECT; see ``copySource(asText:pages:)``.
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

    /// The table in parts that can be read at once; one nil where it is not to be parted.
    ///
    /// All are of one size, and their number is even, so that two readers end together.
    public func parts(pagesAtMost: Int64) -> [PageRange?] {
        guard let pages, pages > pagesAtMost else { return [nil] }
        let pairs = (pages + 2 * pagesAtMost - 1) / (2 * pagesAtMost)
        let count = pairs * 2
        return (0..<count).map { index in
            // What lies behind the size that was looked up belongs to the last part.
            PageRange(
                first: pages * index / count,
                end: index + 1 < count ? pages * (index + 1) / count : nil)
        }
    }
}

/// A range of a table's pages.
public struct PageRange: Sendable, Equatable {
    let first: Int64
    /// The first page behind it; nil for the end of the table.
    let end: Int64?

    /// PostgreSQL reads no other pages for it (a TID range scan).
    var condition: String {
        let lower = "ctid >= '(\(first),0)'::pg_catalog.tid"
        return end.map { "\(lower) AND ctid < '(\($0),0)'::pg_catalog.tid" } ?? lower
    }
}

extension TableName {
    /// For SQL: both parts quoted.
    var quoted: String { "\(quoteIdentifier(schema)).\(quoteIdentifier(name))" }
}
