import Manifests
import SourceDatabases
import Values

/// Warnings about the tables of a run.
extension SourceSnapshot {
    /// Tables with rows in inheriting tables that are not sent.
    func heirsLeftOut() -> [(table: TableName, message: String)] {
        let sent = Set(tables.map(\.name))
        return tables.compactMap { table in
            let heirs = table.heirs.filter { !sent.contains($0) }
            guard !heirs.isEmpty else { return nil }
            let names =
                heirs.prefix(3).map { "\"\(shown($0.canonical))\"" }
                + (heirs.count > 3 ? ["…"] : [])
            return (
                table.name,
                "table \"\(shown(table.name.canonical))\": \(heirs.count) inheriting "
                    + (heirs.count == 1 ? "table has" : "tables have")
                    + " rows that are not included (\(names.joined(separator: ", "))); add "
                    + (heirs.count == 1 ? "it" : "them") + " to the data export to send them"
            )
        }
    }

    /// Tables that are omitted from all tables, as their names are not valid text.
    func unnamableLeftOut() -> [(table: TableName, message: String)] {
        unnamable.map { table in
            (
                table,
                "table \"\(shown(table.schema)).\(shown(table.name))\" is omitted: its name or a "
                    + "column name is not valid UTF-8, which databases with the encoding SQL_ASCII "
                    + "do not check; rename it to send it"
            )
        }
    }

    /// The same for a manifest.
    func warnings(of reads: [RunStatus.FinishedRead]) -> [Manifest.Warning] {
        let rows = RowJudge.rows(of: reads)
        return heirsLeftOut().map { table, message in
            Manifest.Warning(
                code: "heirs_left_out", table: table, rows: rows[table] ?? 0, minimum: nil,
                maximum: nil, message: message)
        }
            + unnamableLeftOut().map { table, message in
                Manifest.Warning(
                    code: "name_not_utf8", table: table, rows: 0, minimum: nil, maximum: nil,
                    message: message)
            }
    }
}
