import Formats
import Lifecycle
import Postgres

extension Mask {
    /// SQL, in parentheses, that is sent instead of the column.
    ///
    /// It masks the text that COPY writes for a value.
    func expression(of column: TableColumn) -> String {
        let text = column.valueType.text(of: column.value)
        switch self {
        case .null:
            // Not a cast of NULL, which a domain may reject.
            return "(CASE WHEN false THEN \(column.value) END)"
        case .hash:
            return "(pg_catalog.encode(pg_catalog.sha256("
                + "pg_catalog.convert_to(\(text), 'UTF8')), 'hex'))"
        case .keepFirst(let count):
            return "(pg_catalog.left(\(text), \(count)) || \(Self.asterisks(text, count)))"
        case .keepLast(let count):
            return "(\(Self.asterisks(text, count)) || pg_catalog.right(\(text), \(count)))"
        case .constant(let constant):
            return "(\(quoteLiteral(constant))::text)"
        }
    }

    private static func asterisks(_ text: String, _ kept: Int) -> String {
        "pg_catalog.repeat('*', pg_catalog.length(\(text)) - \(kept))"
    }
}
