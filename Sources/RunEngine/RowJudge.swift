import Lifecycle
import Manifests
import Values

/// Checks how many rows a run has read, before it publishes anything.
enum RowJudge {
    static func rows(of reads: [RunStatus.FinishedRead]) -> [TableName: Int64] {
        reads.reduce(into: [:]) { rows, read in
            rows[TableName(schema: read.schema, name: read.table), default: 0] +=
                read.files.reduce(0) { $0 + $1.rows }
        }
    }

    /// - Returns: The tables whose number of rows is only a warning.
    /// - Throws: A ``RunError`` naming the tables whose number of rows prevents the delivery.
    static func judge(
        _ reads: [RunStatus.FinishedRead], _ settings: [TableName: TableSettings]
    ) throws -> [Manifest.Warning] {
        let rows = rows(of: reads)
        var warnings: [Manifest.Warning] = []
        var refusals: [String] = []
        for (table, settings) in settings.sorted(by: { $0.key < $1.key }) {
            guard let bounds = settings.rows,
                let violation = bounds.violation(by: rows[table] ?? 0)
            else { continue }
            let message = "table \"\(shown(table.canonical))\": \(violation)"
            switch bounds.otherwise {
            case .fail: refusals.append(message)
            case .warn:
                warnings.append(
                    Manifest.Warning(
                        code: "rows_out_of_range", table: table, rows: rows[table] ?? 0,
                        minimum: bounds.minimum, maximum: bounds.maximum, message: message))
            }
        }
        if refusals.isEmpty { return warnings }
        throw RunError(
            code: "rows_out_of_range", origin: .source,
            message: refusals.joined(separator: "; ") + ": nothing was delivered",
            hint: "correct the rows in the source, or change the bounds with edit_table and "
                + "activate; then run again",
            isTransient: false)
    }
}
