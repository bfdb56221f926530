import Values
internal import Crypto
internal import Formats
internal import Foundation
internal import Postgres

/// Creates new tables next to the old ones, and replaces these.
///
/// The old table is locked only at the end, so that it can be read while the new one is filled.
struct TableReplacement: Sendable {
    let loading: TableLoading

    private var connection: Connection { loading.connection }

    /// An existing table, and the properties that the new one gets.
    private struct Old: Sendable {
        let owner: String?
        /// The privileges of roles other than the owner, as statements on the new table.
        let grants: [String]
    }

    func load(_ tables: [TargetTable]) async throws {
        var olds: [Old?] = []
        for table in tables {
            olds.append(try await loading.about(table) { try await old(table) })
            try await loading.about(table) { try await loading.create(table, newName(table)) }
        }
        try loading.step("publish.drop_old")
        try await drop(zip(tables, olds).filter { $0.1 != nil }.map(\.0))
        for (table, old) in zip(tables, olds) {
            try loading.step("publish.rename_new")
            try await loading.about(table) { try await rename(table, old) }
        }
    }

    private func newName(_ table: TargetTable) -> String {
        let hash = SHA256.hash(data: Data(table.name.utf8)).prefix(8).hexadecimal
        return "ferry_new_r\(table.run)_\(hash)"
    }

    private func old(_ table: TargetTable) async throws -> Old? {
        let found = try await connection.query(
            """
            select c.relkind in ('r', 'p') and not c.relispartition,
                   c.relkind = 'p',
                   exists (select from pg_catalog.pg_inherits where inhrelid = c.oid),
                   (select string_agg(quote_ident(pubname), ', ' order by pubname)
                      from pg_catalog.pg_publication_rel as r
                      join pg_catalog.pg_publication as p on p.oid = r.prpubid
                     where r.prrelid = c.oid),
                   c.relrowsecurity
                     or exists (select from pg_catalog.pg_policy where polrelid = c.oid),
                   case when c.relowner <> current_user::regrole
                        then quote_ident(pg_get_userbyid(c.relowner)) end,
                   array(select format('grant %s on table %s to %s%s', a.privilege_type, $3::text,
                                       case a.grantee when 0 then 'public'
                                            else quote_ident(pg_get_userbyid(a.grantee)) end,
                                       case when a.is_grantable then ' with grant option' end)
                           from aclexplode(c.relacl) as a where a.grantee <> c.relowner)::text[]
              from pg_catalog.pg_class as c
              join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
             where n.nspname = $1 and c.relname = $2
            """, [.text(table.schema), .text(table.name), .text(table.quoted)])
        guard let row = found.first else { return nil }
        guard try row[0].bool() else {
            throw refusal(
                table, "it is not an independent table: drop it, or send to another schema")
        }
        if let lost = try lost(row) {
            throw refusal(table, "\(lost). Choose the mode \"truncate\"")
        }
        return Old(
            owner: try row[5].optionalString(),
            grants: try row[6].array().compactMap { $0 })
    }

    /// A property of the table that a new one would lack; nil if there is none.
    private func lost(_ row: Row) throws -> String? {
        if try row[1].bool() { return "it has partitions, which a new table would not have" }
        if try row[2].bool() { return "it inherits from a table, which a new one would not" }
        if let publications = try row[3].optionalString() {
            return "publication \(publications) contains it, but would not contain a new table"
        }
        // The new table would show all rows to roles that could see only some.
        if try row[4].bool() {
            return "it has row-level security, which a new table would not have"
        }
        return nil
    }

    private func refusal(_ table: TargetTable, _ rule: String) -> DestinationError {
        .notAllowed(destination: loading.target.destination, path: table.shown, rule: rule)
    }

    private func drop(_ tables: [TargetTable]) async throws {
        guard let first = tables.first else { return }
        do {
            let list = tables.map(\.quoted).joined(separator: ", ")
            try await connection.run("drop table \(list)")
        } catch PostgresError.server(let error) where error.sqlState == "2BP01" {
            // The detail lists the dependent objects, one per line.
            let dependents = (error.detail ?? "").split(separator: "\n").prefix(5)
                .joined(separator: "; ")
            throw DestinationError.notAllowed(
                destination: loading.target.destination,
                path: tables.count == 1 ? first.shown : first.schema,
                rule: "other objects depend on a table to replace: \(shown(dependents)). Choose "
                    + "the mode \"truncate\", or drop these objects")
        } catch let error as PostgresError where error.sqlState != "55P03" {
            throw loading.target.failure(
                error, about: tables.count == 1 ? first.shown : first.schema)
        }
    }

    private func rename(_ table: TargetTable, _ old: Old?) async throws {
        try await connection.run(
            """
            alter table \(table.quoted(newName(table))) rename to \(quoteIdentifier(table.name))
            """)
        guard let old else { return }
        // Default privileges of the schema differ from those of the old table.
        let revokes = try await connection.query(
            """
            select distinct format('revoke all on table %s from %s', $3::text,
                                   case a.grantee when 0 then 'public'
                                        else quote_ident(pg_get_userbyid(a.grantee)) end)
              from pg_catalog.pg_class as c
              join pg_catalog.pg_namespace as n on n.oid = c.relnamespace,
                   aclexplode(c.relacl) as a
             where n.nspname = $1 and c.relname = $2 and a.grantee <> c.relowner
            """, [.text(table.schema), .text(table.name), .text(table.quoted)]
        ).map { try $0[0].string() }
        for statement in revokes + old.grants { try await connection.run(statement) }
        if let owner = old.owner {
            try await connection.run("alter table \(table.quoted) owner to \(owner)")
        }
    }
}
