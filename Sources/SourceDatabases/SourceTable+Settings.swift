import Formats
import Foundation
import Lifecycle
import Postgres
import Values

extension SourceTable {
    /// The table with these settings.
    ///
    /// - Throws: ``SourceError/columnsMissing(table:columns:)`` if it lacks columns that they name.
    func reading(_ settings: TableSettings) throws(SourceError) -> SourceTable {
        let present = Dictionary(columns.map { ($0.name, $0) }, uniquingKeysWith: { one, _ in one })
        let named = (settings.columns ?? []) + settings.mask.keys
        let missing = Set(named.filter { present[$0] == nil })
        if !missing.isEmpty {
            throw .columnsMissing(
                table: shown(name.canonical), columns: missing.sorted().map(shown))
        }
        var table = self
        table.columns = (settings.columns?.compactMap { present[$0] } ?? columns).map { column in
            settings.mask[column.name].map(column.masked) ?? column
        }
        table.masks = settings.mask.reduce(into: [:]) { masks, entry in
            masks[entry.key] = present[entry.key].map(entry.value.expression)
        }
        table.filter = settings.filter
        return table
    }

    /// Whether the filter calls functions that the source declares as volatile: with side effects,
    /// such as changing a session setting, or changing results.
    ///
    /// Functions, those behind operators and casts, and subqueries count. PostgreSQL's planner
    /// shows it: it merges a subquery into the outer query unless one of its columns is volatile.
    /// The filter is not run, and a standby can answer, too.
    func hasVolatileFilter(_ connection: Connection) async throws -> Bool {
        guard let filter else { return false }
        let only = isPartitioned ? "" : "ONLY "
        let alias = "ferry volatile filter"
        let rows = try await connection.query(
            """
            EXPLAIN (FORMAT JSON) SELECT 1 \
            FROM (SELECT ((\(filter)) IS TRUE) FROM \(only)\(name.quoted)) AS \
            \(quoteIdentifier(alias)) (keeps)
            """)
        let text = try rows.first?[0].string() ?? "[]"
        let queries = try JSONDecoder().decode([ExplainedQuery].self, from: Data(text.utf8))
        return queries.contains { $0.plan.contains(alias: alias) }
    }

    /// Makes the source plan the query, without running it, and returns the expected number of
    /// rows.
    ///
    /// It is sent as exactly one statement, whatever the filter is.
    func rowsPlanned(_ connection: Connection) async throws -> Int64 {
        let rows = try await connection.query("EXPLAIN (FORMAT JSON) \(query())")
        let text = try rows.first?[0].string() ?? "[]"
        let queries = try JSONDecoder().decode([ExplainedQuery].self, from: Data(text.utf8))
        // An estimate may be any number; those of many tables are added up.
        return Int64(min(queries.first?.plan.rows ?? 0, 1e15))
    }
}

private struct ExplainedQuery: Decodable {
    let plan: Plan

    struct Plan: Decodable {
        let rows: Double
        let alias: String?
        let plans: [Plan]?

        enum CodingKeys: String, CodingKey {
            case rows = "Plan Rows"
            case alias = "Alias"
            case plans = "Plans"
        }

        /// Whether it, or a part of it, has this name.
        func contains(alias: String) -> Bool {
            self.alias == alias || plans?.contains { $0.contains(alias: alias) } == true
        }
    }

    enum CodingKeys: String, CodingKey { case plan = "Plan" }
}

extension TableColumn {
    /// The masked column as it is read: as text, except for NULLs, which have its own type.
    fileprivate func masked(_ mask: Mask) -> TableColumn {
        var column = self
        if mask == .null {
            column.nullable = true
        } else {
            column = TableColumn(name: name, type: "text", nullable: nullable, valueType: .text)
        }
        column.masked = mask.word
        return column
    }
}
