public import Postgres
public import Values

// Names that are not valid text. A database with the encoding SQL_ASCII accepts any bytes in names,
// and reading one that is not UTF-8 is an error instead of a result.
extension SourceDatabase {
    /// A SQL condition: whether a name is UTF-8. In other encodings it always is, by conversion.
    static func isText(_ name: String) -> String {
        "(current_setting('server_encoding') <> 'SQL_ASCII' or "
            + "encode(convert_to(\(name)::text, 'SQL_ASCII'), 'hex') ~ '\(utf8)')"
    }

    /// A SQL condition: whether a table, and its columns, have names that are UTF-8.
    ///
    /// - Parameters:
    ///   - schema: The alias of `pg_namespace`.
    ///   - table: The alias of `pg_class`.
    static func hasNames(_ schema: String, _ table: String) -> String {
        """
        case when current_setting('server_encoding') <> 'SQL_ASCII' then true
             else \(isText(schema + ".nspname")) and \(isText(table + ".relname"))
                  and not exists (
                      select from pg_attribute as named
                       where named.attrelid = \(table).oid and named.attnum > 0
                         and not named.attisdropped and not \(isText("named.attname")))
             end
        """
    }

    /// The tables that cannot be sent, as their names or those of their columns are not UTF-8.
    ///
    /// - Returns: Their names, with bytes that are no ASCII as `\351`.
    static func unnamable(_ connection: Connection) async throws -> [TableName] {
        let rows = try await connection.query(
            """
            select encode(convert_to(n.nspname::text, 'SQL_ASCII'), 'escape'),
                   encode(convert_to(c.relname::text, 'SQL_ASCII'), 'escape')
              from pg_class as c
              join pg_namespace as n on n.oid = c.relnamespace
             where current_setting('server_encoding') = 'SQL_ASCII'
               and c.relkind in ('r', 'p') and c.relpersistence <> 't' and not c.relispartition
               and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
               and not (\(hasNames("n", "c")))
             order by 1, 2
            """)
        return try rows.map {
            TableName(schema: try $0[0].string(), name: try $0[1].string())
        }
    }

    /// The error for a table with bytes that are not valid text, with the affected columns, which
    /// the server does not report.
    ///
    /// Best effort: if the table cannot be scanned within 10 seconds, without columns.
    public func bytesThatAreNoText(in table: TableName) async -> SourceError {
        let name = shown(table.canonical)
        guard let connection = try? await connect() else {
            return .notText(table: name, columns: [])
        }
        let columns = try? await Self.columnsWithoutText(table, connection)
        await connection.close()
        return .notText(table: name, columns: columns ?? [])
    }

    private static func columnsWithoutText(
        _ table: TableName, _ connection: Connection
    ) async throws -> [String] {
        let columns = try await connection.query(
            """
            select a.attname
              from pg_namespace as n
              join pg_class as c on c.relnamespace = n.oid and c.relname = $2
              join pg_attribute as a on a.attrelid = c.oid
             where n.nspname = $1 and a.attnum > 0 and not a.attisdropped
             order by a.attnum
            """, [.text(table.schema), .text(table.name)]
        ).map { try $0[0].string() }
        let encoding = try await connection.query("SHOW server_encoding")[0][0].string()
        guard encoding == "SQL_ASCII" else {
            return try await columnsWithoutEquivalent(columns, table, connection)
        }
        if columns.isEmpty { return [] }
        try await connection.run("BEGIN READ ONLY; SET LOCAL statement_timeout = '10s'")
        let found = try await connection.query(
            "SELECT "
                + columns.map { "bool_or(NOT \(isText(quoteIdentifier($0))))" }
                .joined(separator: ", ") + " FROM \(table.quoted)")[0]
        return try columns.enumerated().filter { try found[$0.offset].optionalBool() == true }
            .map { shown($0.element) }
    }

    /// The columns with bytes that are not characters of the database's encoding, such as 0x81 in
    /// WIN1252. Reading one ends the statement, so each column is queried separately.
    private static func columnsWithoutEquivalent(
        _ columns: [String], _ table: TableName, _ connection: Connection
    ) async throws -> [String] {
        let end = ContinuousClock.now + .seconds(10)
        var found: [String] = []
        for column in columns {
            let left = Int((end - .now) / .milliseconds(1))
            guard left > 0 else { break }
            try await connection.run("SET statement_timeout = \(left)")
            do {
                _ = try await connection.query(
                    """
                    SELECT max(length(convert_to(\(quoteIdentifier(column))::text, 'UTF8')))
                      FROM \(table.quoted)
                    """)
            } catch PostgresError.server(let error) where error.isOfEncoding {
                found.append(shown(column))
            } catch PostgresError.server(let error) where error.sqlState == "57014" {
                break
            }
        }
        return found
    }

    /// Of the bytes in hexadecimal digits: no surrogates, nothing above U+10FFFF, no long forms.
    private static let utf8 = """
        ^([0-7][0-9a-f]|(c[2-9a-f]|d[0-9a-f])[89ab][0-9a-f]|e0[ab][0-9a-f][89ab][0-9a-f]\
        |e[1-9a-cef]([89ab][0-9a-f]){2}|ed[89][0-9a-f][89ab][0-9a-f]\
        |f0[9ab][0-9a-f]([89ab][0-9a-f]){2}|f[1-3]([89ab][0-9a-f]){3}\
        |f48[0-9a-f]([89ab][0-9a-f]){2})*$
        """
}

extension ServerError {
    /// Whether bytes of a value are invalid in their encoding, or have no equivalent in UTF-8.
    public var isOfEncoding: Bool { ["22021", "22P05"].contains(sqlState) }
}
