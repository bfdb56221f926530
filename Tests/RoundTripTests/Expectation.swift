import Foundation
import Postgres

/// What the source says its tables hold, for readers of deliveries.
struct Expectation {
    /// A JSON file: by table its `columns`, each with `name` and `type`; and its rows as `texts`,
    /// each value as its type's output function gives it, and as `values`, each as JSON. Rows are
    /// in parts, because a function of PostgreSQL takes at most 100 arguments.
    let path: String

    init(_ path: String, _ scene: Delivering) async throws {
        self.path = path
        var tables: [String] = []
        for table in try await scene.tables() {
            let columns = try await Self.columns(of: table.quoted, scene)
            let texts = try await Self.rows(of: table.quoted, columns.map(\.text), scene)
            let values = try await Self.rows(of: table.quoted, columns.map(\.value), scene)
            let described = try columns.map {
                try "{\"name\": \(Self.json($0.name)), \"type\": \(Self.json($0.type))}"
            }
            tables.append(
                try """
                \(Self.json(table.name)): {"columns": [\(described.joined(separator: ", "))],
                 "texts": [\(texts.joined(separator: ",\n"))],
                 "values": [\(values.joined(separator: ",\n"))]}
                """)
        }
        try Data("{\(tables.joined(separator: ",\n"))}".utf8).write(to: URL(fileURLWithPath: path))
    }

    private struct Column {
        let name: String
        let type: String
        let kind: String

        var text: String { "expected.text(\(quoteIdentifier(name)))" }

        private var microseconds: String {
            """
            (extract(hour from \(quoteIdentifier(name))) * 3600000000
                + extract(minute from \(quoteIdentifier(name))) * 60000000
                + extract(microseconds from \(quoteIdentifier(name))))::bigint
            """
        }

        /// What JSON is expected to hold: what PostgreSQL itself makes of the value, but where
        /// Ferry's rule is another one.
        var value: String {
            let name = quoteIdentifier(name)
            return switch (type, kind) {
            case ("bytea", _): "translate(encode(\(name), 'base64'), E'\\n', '')"
            case ("date", _), ("timestamp without time zone", _), ("timestamp with time zone", _):
                // Year, month, day and microseconds of the day; the reader reads them in ISO 8601.
                """
                case when \(name) is null then null
                     when not isfinite(\(name)) then to_json(\(name)::text) else json_build_array(
                    extract(year from \(name))::int + (extract(year from \(name)) < 0)::int,
                    extract(month from \(name))::int, extract(day from \(name))::int,
                    \(type == "date" ? "0" : microseconds)) end
                """
            case ("oid", _): "\(name)::bigint"
            // Vectors count from 0, and have a text of their own.
            case ("int2vector", _), ("oidvector", _): text
            case ("money", _): "\(name)::numeric"
            case ("money[]", _): "\(name)::numeric[]"
            case (_, "c"): text
            case (_, "array of c"): "\(name)::text[]"
            default: name
            }
        }
    }

    private static func columns(of table: String, _ scene: Delivering) async throws -> [Column] {
        try await scene.source.query(
            """
            select attname, format_type(atttypid, null),
                   case when e.oid is null then t.typtype::text
                        else 'array of ' || e.typtype::text end
              from pg_attribute join pg_type as t on t.oid = atttypid
              left join pg_type as e on e.oid = t.typelem and t.typcategory = 'A'
             where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum
            """, [.text(table)]
        ).map {
            Column(
                name: try $0[0].string(), type: try $0[1].string(), kind: try $0[2].string())
        }
    }

    private static func rows(
        of table: String, _ values: [String], _ scene: Delivering
    ) async throws -> [String] {
        let parts = stride(from: 0, to: values.count, by: 50).map { start in
            let part = values[start..<min(start + 50, values.count)]
            return "json_build_array(\(part.joined(separator: ", ")))::text"
        }
        let row = "concat_ws(', ', \(parts.joined(separator: ", ")))"
        return try await scene.source.query("select \(row) from \(table)").map {
            "[\(try $0[0].string())]"
        }
    }

    private static func json(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }
}
