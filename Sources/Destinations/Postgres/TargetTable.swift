internal import Manifests
internal import Postgres
import Values

/// A table of a target, and its staged rows.
struct TargetTable: Sendable {
    let run: Int64
    let schema: String
    let name: String
    /// The table at the source.
    let source: TableName
    /// In the order of the source.
    let columns: [Manifest.Column]
    /// The rows in all parts.
    var rows: Int64 = 0
    /// The staged tables, quoted.
    var parts: [String] = []

    /// For SQL.
    var quoted: String { quoted(name) }

    /// For messages.
    var shown: String { TableName(schema: schema, name: name).canonical }

    func quoted(_ name: String) -> String { "\(quoteIdentifier(schema)).\(quoteIdentifier(name))" }

    /// The text after the name in CREATE TABLE: columns, types and NOT NULL.
    static func definition(_ columns: [Manifest.Column]) -> String {
        let list = columns.map {
            "\(quoteIdentifier($0.name)) \($0.type)" + ($0.nullable ? "" : " not null")
        }
        return "(\(list.joined(separator: ", ")))"
    }
}
