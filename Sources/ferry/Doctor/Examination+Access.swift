import Postgres

extension Examination {
    /// What every role of the server is allowed to do in the queue's database.
    ///
    /// Ferry's functions do not find objects that others create there, but other software may.
    func access() async throws -> [Finding] {
        let row = try await connection.query(
            """
            select quote_ident(current_database()) as database,
                   has_database_privilege('public', current_database(), 'connect') as may_connect,
                   has_database_privilege('public', current_database(), 'create') as may_create,
                   array(select quote_ident(nspname) from pg_catalog.pg_namespace
                          where has_schema_privilege('public', oid, 'create')
                            and nspname !~ '^pg_(toast_)?temp_' order by nspname) as schemas
            """)[0]
        let database = try row["database"].string()
        var findings: [Finding] = []
        if try row["may_create"].bool() {
            findings.append(
                .warning(
                    "access", "every role can create schemas in database \(database)",
                    wayOut: "revoke create on database \(database) from public"))
        }
        for schema in try row["schemas"].array().compactMap(\.self) {
            findings.append(
                .warning(
                    "access", "every role can create functions and tables in schema \(schema)",
                    wayOut: "revoke create on schema \(schema) from public"))
        }
        if try row["may_connect"].bool() {
            findings.append(
                .warning(
                    "access", "every role of the server can connect to database \(database)",
                    wayOut: "revoke connect, temporary on database \(database) from public; "
                        + "grant connect on database \(database) "
                        + "to ferry_client, ferry_viewer, ferry_worker"))
        }
        guard findings.isEmpty else { return findings }
        return [.ok("access", "only granted roles can connect or create objects")]
    }
}
