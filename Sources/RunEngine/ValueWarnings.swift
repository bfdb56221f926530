import Formats
import Lifecycle
import Manifests
import Values

/// Warnings about values that are delivered unchanged, but that readers may reject.
enum ValueWarnings {
    static func warnings(of reads: [RunStatus.FinishedRead]) -> [Manifest.Warning] {
        var found: [TableName: [ColumnHazards]] = [:]
        for read in reads {
            let hazards = read.files.flatMap { $0.hazards ?? [] }
            if hazards.isEmpty { continue }
            found[TableName(schema: read.schema, name: read.table), default: []] += hazards
        }
        let rows = found.isEmpty ? [:] : RowJudge.rows(of: reads)
        return found.sorted { $0.key < $1.key }.compactMap { table, hazards in
            message(hazards, of: table).map {
                Manifest.Warning(
                    code: "values_readers_refuse", table: table, rows: rows[table] ?? 0,
                    minimum: nil, maximum: nil, message: $0)
            }
        }
    }

    /// - Parameter hazards: Those of one column may occur several times.
    /// - Returns: Nil when there is none.
    static func message(_ hazards: [ColumnHazards], of table: TableName) -> String? {
        if hazards.isEmpty { return nil }
        var columns: [(name: String, hazards: JSONHazards)] = []
        for found in hazards {
            if let index = columns.firstIndex(where: { $0.name == found.column }) {
                columns[index].hazards.formUnion(found.hazards)
            } else {
                columns.append((found.column, found.hazards))
            }
        }
        let parts = columns.prefix(3).map {
            "column \"\(shown($0.name))\" has \($0.hazards.described)"
        }
        return "table \"\(shown(table.canonical))\": "
            + (parts + (columns.count > 3 ? ["…"] : [])).joined(separator: "; ")
            + ": JSON that some readers reject or change. It is sent unchanged; to avoid it, use "
            + "another format or a mask"
    }
}
