internal import Formats
internal import Manifests
internal import Postgres
import Values

/// Truncates the existing tables, and fills them by column name.
struct TableTruncation: Sendable {
    let loading: TableLoading

    private var connection: Connection { loading.connection }

    /// A column of an existing table.
    private struct Column: Sendable {
        let name: String
        let type: String
        /// Whether it is a generated column.
        let isGenerated: Bool
    }

    func load(_ tables: [TargetTable]) async throws {
        guard !tables.isEmpty else { return }
        var filled: [String: [String]] = [:]
        for table in tables {
            try await loading.about(table) {
                let columns = try await columns(of: table)
                filled[table.name] = try named(table, columns)
                try await ValueCheck(loading: loading).check(
                    table,
                    against: columns.filter { !$0.isGenerated }.map {
                        .init(name: $0.name, type: $0.type)
                    })
            }
        }
        for table in tables { try await loading.about(table) { try await refuseHeirs(of: table) } }
        if loading.isRehearsal { try await TableTrial(loading: loading).run(tables, filled) }
        try loading.step("publish.truncate")
        try await truncate(tables)
        for table in try await parentsFirst(tables) {
            try await loading.about(table) {
                try await loading.fill(table, table.name, filled[table.name] ?? [])
            }
        }
    }

    private func columns(of table: TargetTable) async throws -> [Column] {
        let found = try await connection.query(
            """
            select c.relkind in ('r', 'p'), a.attname, format_type(a.atttypid, a.atttypmod),
                   a.attgenerated <> ''
              from pg_catalog.pg_class as c
              join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
              left join pg_catalog.pg_attribute as a
                     on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             where n.nspname = $1 and c.relname = $2
            """, [.text(table.schema), .text(table.name)])
        guard let first = found.first else {
            throw DestinationError.notFound(
                destination: loading.target.destination, path: table.shown,
                rule: "Create this table, or choose the mode \"create\" or \"replace\"")
        }
        guard try first[0].bool() else {
            throw DestinationError.notAllowed(
                destination: loading.target.destination, path: table.shown,
                rule: "it is not a table. Drop it, or send to another schema")
        }
        return try found.filter { !$0[1].isNull }.map { row in
            try Column(
                name: row[1].string(), type: row[2].string(), isGenerated: row[3].bool())
        }
    }

    /// TRUNCATE would also empty tables that inherit from the delivered one. Partitions are parts
    /// of it.
    private func refuseHeirs(of table: TargetTable) async throws {
        let found = try await connection.query(
            """
            select i.inhrelid::regclass::text
              from pg_catalog.pg_inherits as i
              join pg_catalog.pg_class as heir on heir.oid = i.inhrelid
              join pg_catalog.pg_class as c on c.oid = i.inhparent
              join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
             where n.nspname = $1 and c.relname = $2 and not heir.relispartition
             order by 1 limit 1
            """, [.text(table.schema), .text(table.name)])
        guard let heir = try found.first?[0].string() else { return }
        throw DestinationError.notAllowed(
            destination: loading.target.destination, path: table.shown,
            rule:
                "table \(shown(heir)) inherits from it and would be truncated, too. Send to "
                + "another schema, or end the inheritance")
    }

    /// The columns to fill: the delivered ones, except generated columns of the target.
    private func named(_ table: TargetTable, _ columns: [Column]) throws -> [String] {
        try table.columns.map(\.name).filter { name in
            guard let column = columns.first(where: { $0.name.utf8.elementsEqual(name.utf8) })
            else {
                throw DestinationError.notAllowed(
                    destination: loading.target.destination, path: table.shown,
                    rule: "it lacks the delivered column \"\(shown(name))\". Add it there, or "
                        + "choose the mode \"replace\"")
            }
            return !column.isGenerated
        }
    }

    private func truncate(_ tables: [TargetTable]) async throws {
        let path = tables.count == 1 ? tables[0].shown : tables[0].schema
        do {
            try await connection.run("truncate \(tables.map(\.quoted).joined(separator: ", "))")
        } catch PostgresError.server(let error) where error.sqlState == "0A000" {
            throw DestinationError.notAllowed(
                destination: loading.target.destination, path: path,
                rule: "a table to truncate is referenced by another that is not delivered: "
                    + "\(shown(error.detail ?? error.message)) Send both in one data export, or "
                    + "drop the foreign key")
        } catch let error as PostgresError where error.sqlState != "55P03" {
            throw loading.target.failure(error, about: path)
        }
    }

    /// Orders tables so that referenced rows are inserted first. Cycles stay in the given order.
    private func parentsFirst(_ tables: [TargetTable]) async throws -> [TargetTable] {
        let keys = try await connection.query(
            """
            select distinct child.relname, parent.relname
              from pg_catalog.pg_constraint as k
              join pg_catalog.pg_class as child on child.oid = k.conrelid
              join pg_catalog.pg_class as parent on parent.oid = k.confrelid
              join pg_catalog.pg_namespace as n on n.oid = child.relnamespace
                                               and n.oid = parent.relnamespace
             where k.contype = 'f' and k.conrelid <> k.confrelid and n.nspname = $1
            """, [.text(tables[0].schema)])
        var parents: [String: Set<String>] = [:]
        for key in keys { parents[try key[0].string(), default: []].insert(try key[1].string()) }
        var (waiting, ordered) = (tables, [TargetTable]())
        while !waiting.isEmpty {
            let names = Set(waiting.map(\.name))
            let free = waiting.filter { parents[$0.name, default: []].isDisjoint(with: names) }
            ordered += free.isEmpty ? waiting : free
            let done = Set(ordered.map(\.name))
            waiting.removeAll { done.contains($0.name) }
        }
        return ordered
    }
}
