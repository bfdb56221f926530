import Postgres

/// What docs/parquet.md says a column of PostgreSQL is in Parquet, and what fails; made of the
/// source's catalog alone.
struct ParquetRule {
    let column: String
    /// As PostgreSQL calls its type.
    let type: String
    /// As pyarrow calls the type.
    let arrow: String
    /// SQL for the value: a text, or a list of texts, as JSON.
    let value: String
    /// SQL for whether the value is one that Parquet cannot hold.
    let isRefused: String

    /// The rules of the columns of a table.
    ///
    /// - Parameter table: Its name, quoted.
    static func all(of table: String, _ source: Connection) async throws -> [ParquetRule] {
        // Beneath domains, and of arrays the elements.
        try await source.query(
            """
            select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                   format_type(plain.id, plain.modifier), e.oid is not null,
                   case when e.oid is not null then format_type(
                       case when e.typtype = 'd' then e.typbasetype else e.oid end,
                       case when e.typtype = 'd' then e.typtypmod else plain.modifier end) end
              from pg_attribute as a join pg_type as t on t.oid = a.atttypid
             cross join lateral (
                 select case when t.typtype = 'd' then t.typbasetype else t.oid end as id,
                        case when t.typtype = 'd' then t.typtypmod else a.atttypmod end as modifier
             ) as plain
              left join pg_type as e on e.typarray = plain.id
             where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
             order by a.attnum
            """, [.text(table)]
        ).map { row in
            let column = try row[0].string()
            let ending = try row[2].bool() ? " not null" : ""
            let name = quoteIdentifier(column)
            guard try row[4].bool() else {
                let rule = Scalar(try row[3].string())
                return ParquetRule(
                    column: column, type: try row[1].string(), arrow: rule.arrow + ending,
                    value: "to_jsonb(\(rule.text(name)))", isRefused: rule.isRefused(name))
            }
            let rule = Scalar(try row[5].string())
            // Not by unnest, which takes composites apart.
            let element = "(\(name))[number]"
            return ParquetRule(
                column: column, type: try row[1].string(), arrow: "list<\(rule.arrow)>" + ending,
                value: """
                    case when \(name) is not null then
                        (select coalesce(jsonb_agg(\(rule.text(element)) order by number), '[]')
                           from generate_subscripts(\(name), 1) as number) end
                    """,
                isRefused: """
                    array_ndims(\(name)) > 1 or array_lower(\(name), 1) <> 1
                        or exists (select from unnest(\(name)) as e where \(rule.isRefused("e")))
                    """)
        }
    }

    /// The rule of a type that is no array.
    private struct Scalar {
        let type: String

        init(_ type: String) { self.type = type }

        var arrow: String {
            if let (precision, scale) = decimal { return "decimal128(\(precision), \(scale))" }
            return switch type {
            case "boolean": "bool"
            case "smallint": "int16"
            case "integer": "int32"
            case "bigint", "oid": "int64"
            case "real": "float"
            case "double precision": "double"
            case "money": "decimal128(19, 2)"
            case "date": "date32[day]"
            case "timestamp without time zone": "timestamp[us]"
            case "timestamp with time zone": "timestamp[us, tz=UTC]"
            case "time without time zone": "time64[us]"
            case "uuid": "uuid"
            case "json", "jsonb": "json"
            case "bytea": "binary"
            default: "string"
            }
        }

        /// Precision and scale, of the `numeric` that is a DECIMAL.
        private var decimal: (Int, Int)? {
            guard type.hasPrefix("numeric("), type.hasSuffix(")") else { return nil }
            let parts = type.dropFirst("numeric(".count).dropLast().split(separator: ",")
            guard parts.count == 2, let precision = Int(parts[0]), let scale = Int(parts[1]),
                precision <= 38, (0...precision).contains(scale)
            else { return nil }
            return (precision, scale)
        }

        func text(_ value: String) -> String {
            switch type {
            case "real": "encode(float4send(\(value)), 'hex')"
            case "double precision": "encode(float8send(\(value)), 'hex')"
            case "date": "(\(value) - date '1970-01-01')::text"
            case "timestamp without time zone": "(\(microseconds("timestamp_send", value)))::text"
            case "timestamp with time zone": "(\(microseconds("timestamptz_send", value)))::text"
            case "time without time zone":
                "(extract(epoch from \(value)) * 1000000)::numeric(30)::text"
            case "bytea": "encode(\(value), 'hex')"
            case "boolean": "\(value)::text"
            default: "expected.text(\(value))"
            }
        }

        /// Since 1970; `extract` is not exact so far away.
        private func microseconds(_ function: String, _ value: String) -> String {
            "('x' || encode(\(function)(\(value)), 'hex'))::bit(64)::bigint + 946684800000000"
        }

        func isRefused(_ value: String) -> String {
            let last = "'294247-01-10 04:00:54.775807+00'"
            return switch type {
            case _ where decimal != nil: "\(value) = 'NaN'"
            case "date": "not isfinite(\(value))"
            case "timestamp without time zone", "timestamp with time zone":
                "not isfinite(\(value)) or \(value) > \(last)"
            case "time without time zone": "\(value) = '24:00'"
            default: "false"
            }
        }
    }
}
