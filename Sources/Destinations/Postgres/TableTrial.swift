internal import Crypto
internal import Formats
internal import Foundation
internal import Postgres
import Values

/// Checks whether the constraints of tables accept the staged rows, before anything is truncated:
/// fills copies of the tables, in a transaction that is rolled back.
///
/// A copy has the columns, types, defaults, checks, indexes and exclusions of its table, so it
/// rejects what the table will reject. It writes no WAL, and does not block readers. Foreign keys
/// and partitions are checked by queries. Triggers, which may do anything, are not run.
struct TableTrial: Sendable {
    let loading: TableLoading

    private var connection: Connection { loading.connection }

    /// - Parameter columns: The columns to fill, by table name.
    func run(_ tables: [TargetTable], _ columns: [String: [String]]) async throws {
        for table in tables {
            try await naming(table) {
                try await connection.run(
                    """
                    create unlogged table \(copy(of: table)) (
                        like \(table.quoted) including defaults including generated
                        including identity including constraints including indexes)
                    """)
                try await loading.insert(
                    table, into: copy(of: table), columns[table.name] ?? [])
            }
        }
        for table in tables {
            try await checkReferences(of: table, among: tables)
            try await checkPartitions(of: table)
        }
        for table in tables { try await connection.run("drop table \(copy(of: table))") }
    }

    private func copyName(of table: TargetTable) -> String {
        let hash = SHA256.hash(data: Data(table.name.utf8)).prefix(6).hexadecimal
        return "trial_r\(table.run)_\(hash)"
    }

    private func copy(of table: TargetTable) -> String {
        loading.target.staging.quoted(copyName(of: table))
    }

    /// Names of indexes and constraints of the copy are mapped to those of the table.
    private func naming(_ table: TargetTable, _ work: () async throws -> Void) async throws {
        do {
            try await loading.about(table, work)
        } catch DestinationError.refused(let destination, let path, let reason) {
            throw DestinationError.refused(
                destination: destination, path: path,
                reason: reason.replacing(copyName(of: table), with: table.name))
        }
    }

    // MARK: - Foreign keys

    /// A foreign key of a table, to one whose rows are readable.
    private struct Reference {
        let name: String
        /// Unqualified in the schema of the tables; otherwise quoted, with its schema.
        let parent: String
        let isHere: Bool
        let columns: [String]
        let parentColumns: [String]
    }

    private func checkReferences(
        of table: TargetTable, among tables: [TargetTable]
    ) async throws {
        for reference in try await references(of: table) {
            let delivered = tables.first {
                reference.isHere && $0.name.utf8.elementsEqual(reference.parent.utf8)
            }
            let parent =
                delivered.map(copy(of:))
                ?? (reference.isHere ? table.quoted(reference.parent) : reference.parent)
            let matches = zip(reference.columns, reference.parentColumns).map {
                "parent.\(quoteIdentifier($1)) = child.\(quoteIdentifier($0))"
            }
            let given = reference.columns.map { "child.\(quoteIdentifier($0)) is not null" }
            let orphan = try await connection.query(
                """
                select exists (
                    select from \(copy(of: table)) as child
                     where \(given.joined(separator: " and "))
                       and not exists (select from \(parent) as parent
                                        where \(matches.joined(separator: " and "))))
                """)
            guard try orphan[0][0].bool() else { continue }
            throw DestinationError.refused(
                destination: loading.target.destination, path: table.shown,
                reason: "its rows would violate its foreign key \"\(reference.name)\": the "
                    + "referenced rows are neither present nor delivered")
        }
    }

    private func references(of table: TargetTable) async throws -> [Reference] {
        let found = try await connection.query(
            """
            select k.conname, n.nspname = pn.nspname,
                   case when n.nspname = pn.nspname then p.relname::text
                        else format('%I.%I', pn.nspname, p.relname) end,
                   array(select a.attname::text from unnest(k.conkey) with ordinality as u (num, i)
                           join pg_catalog.pg_attribute as a
                             on a.attrelid = k.conrelid and a.attnum = u.num order by i),
                   array(select a.attname::text from unnest(k.confkey) with ordinality as u (num, i)
                           join pg_catalog.pg_attribute as a
                             on a.attrelid = k.confrelid and a.attnum = u.num order by i)
              from pg_catalog.pg_constraint as k
              join pg_catalog.pg_class as c on c.oid = k.conrelid
              join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
              join pg_catalog.pg_class as p on p.oid = k.confrelid
              join pg_catalog.pg_namespace as pn on pn.oid = p.relnamespace
             where k.contype = 'f' and n.nspname = $1 and c.relname = $2
               and has_schema_privilege(pn.oid, 'usage')
               and has_table_privilege(p.oid, 'select') and not p.relrowsecurity
             order by k.conname
            """, [.text(table.schema), .text(table.name)])
        return try found.map { row in
            Reference(
                name: try row[0].string(), parent: try row[2].string(), isHere: try row[1].bool(),
                columns: try row[3].array().compactMap { $0 },
                parentColumns: try row[4].array().compactMap { $0 })
        }
    }

    // MARK: - Partitions

    /// Checks that each row has a partition.
    private func checkPartitions(of table: TargetTable) async throws {
        let found = try await connection.query(
            """
            select pg_get_partition_constraintdef(leaf.relid)
              from pg_catalog.pg_class as c
              join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
             cross join pg_partition_tree(c.oid) as leaf
             where n.nspname = $1 and c.relname = $2 and c.relkind = 'p' and leaf.isleaf
            """, [.text(table.schema), .text(table.name)])
        let rules = try found.compactMap { try $0[0].optionalString() }
        if rules.isEmpty { return }
        let lost = try await connection.query(
            """
            select exists (select from \(copy(of: table))
                            where not coalesce(\(rules.joined(separator: " or ")), false))
            """)
        guard try lost[0][0].bool() else { return }
        throw DestinationError.refused(
            destination: loading.target.destination, path: table.shown,
            reason: "it has no partition for some of the rows. Create one")
    }
}
