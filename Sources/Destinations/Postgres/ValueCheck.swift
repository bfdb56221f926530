internal import Manifests
internal import Postgres
import Values

/// Rejects values that the target columns would change, for example by rounding.
struct ValueCheck: Sendable {
    /// A column to fill.
    struct Column: Sendable {
        let name: String
        /// As `format_type` writes it.
        let type: String
    }

    let loading: TableLoading

    private var connection: Connection { loading.connection }

    /// - Throws: ``DestinationError`` naming the first column that would change a value.
    func check(_ table: TargetTable, against columns: [Column]) async throws {
        for part in table.parts {
            let staged = try await types(of: part)
            for delivered in table.columns {
                guard let column = columns.first(where: { Self.same($0.name, delivered.name) }),
                    let type = staged.first(where: { Self.same($0.name, delivered.name) })?.type,
                    column.type != type,
                    try await isChanged(delivered, as: type, in: part, by: column.type)
                else { continue }
                throw DestinationError.refused(
                    destination: loading.target.destination, path: table.shown,
                    reason: "column \"\(delivered.name)\" is of type \(column.type), which would "
                        + "change delivered values of type \(delivered.type)"
                        + (column.type == delivered.type
                            ? ": \(column.type) has fewer decimal places there. Deliver a column "
                                + "of type numeric instead"
                            : ". Alter the column, or choose the mode \"replace\""))
            }
        }
    }

    private func types(of part: String) async throws -> [Column] {
        try await connection.query(
            """
            select attname, format_type(atttypid, atttypmod) from pg_catalog.pg_attribute
             where attrelid = $1::regclass and attnum > 0 and not attisdropped
            """, [.text(part)]
        ).map { Column(name: try $0[0].string(), type: try $0[1].string()) }
    }

    private func isChanged(
        _ delivered: Manifest.Column, as type: String, in part: String, by target: String
    ) async throws -> Bool {
        let name = quoteIdentifier(delivered.name)
        let there = "\(name)::\(target)::\(type)"
        // Types without equality are compared as texts; money as numbers, so that 12 equals 12.00.
        let changed =
            type == delivered.type
            ? "\(name)::text is distinct from \(there)::text" : "\(name) is distinct from \(there)"
        let found = try await connection.query(
            "select exists (select from \(part) where \(changed))")
        return try found[0][0].bool()
    }

    private static func same(_ one: String, _ other: String) -> Bool {
        one.utf8.elementsEqual(other.utf8)
    }
}
