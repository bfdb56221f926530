internal import Failpoints
internal import Formats
internal import Manifests
internal import Postgres
import Values

/// Publishes into a database: fills all tables of a delivery, and records it, in one transaction.
///
/// The record has one row per run, so that each run is delivered exactly once. A second process, or
/// a retry after a lost commit answer, finds it and has nothing to do.
struct PostgresPublisher: Sendable {
    let target: PostgresTarget
    let publication: Publication
    let manifest: Manifest
    let step: @Sendable (String) throws -> Void

    private var staging: PostgresStaging { target.staging }

    func publish() async throws {
        let connection = try await target.connect()
        do {
            try await staging.prepare(connection, of: target)
            try await connection.transaction { try await fill($0) }
            try reach("publish.after_commit")
            await connection.close()
        } catch {
            let explained = await explained(error, connection)
            await connection.close()
            throw explained
        }
    }

    /// Performs the table operations of publishing and rolls them back. Tables are not filled, but
    /// copies of them are, if their constraints may reject rows.
    ///
    /// - Throws: Only permanent errors; publishing waits for transient ones.
    func rehearse() async throws {
        let connection = try await target.connect()
        do {
            try await staging.prepare(connection, of: target)
            try await SourceProtection(
                target: target, manifest: manifest, primary: publication.primary
            ).refuseSource(connection)
            try await connection.run("begin")
            let loading = TableLoading(
                target: target, connection: connection, isRehearsal: true, step: { _ in })
            if try await !isPublished(connection) {
                let tables = try await tables(connection)
                try await prepareQuarantine(for: tables, connection)
                try await loading.lock(tables)
                try await refuseOvertaken(connection)
                try await loading.load(tables, manifest.format.mode)
            }
            try await connection.run("rollback")
            await connection.close()
        } catch {
            try? await connection.run("rollback")
            let explained = await explained(error, connection)
            await connection.close()
            if (explained as? DestinationError)?.disposition == .retry { return }
            throw explained
        }
    }

    private func fill(_ connection: isolated Connection) async throws {
        try step("publish.lock")
        _ = try await connection.query(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))",
            [.text("ferry delivery \(staging.schema) \(publication.run)")])
        if try await isPublished(connection) { return }
        let tables = try await tables(connection)
        let loading = TableLoading(target: target, connection: connection, step: step)
        try await prepareQuarantine(for: tables, connection)
        try await loading.lock(tables)
        try await refuseOvertaken(connection)
        try await loading.load(tables, manifest.format.mode)
        for table in tables { try await loading.check(table) }
        try step("publish.record")
        try await connection.execute(
            """
            insert into \(staging.deliveries)
                   (run, target_schema, folder, manifest_sha256, manifest)
            values ($1, $2, $3, $4, $5)
            """,
            [
                .int(publication.run), .text(target.settings.schema), .text(publication.folder),
                .text(publication.manifestHash),
                .text(String(decoding: publication.manifest, as: UTF8.self)),
            ])
        try reach("publish.before_commit")
    }

    private func prepareQuarantine(
        for tables: [TargetTable], _ connection: Connection
    ) async throws {
        guard let quarantine = PostgresQuarantine(of: target) else { return }
        try await quarantine.create(connection)
        if manifest.format.mode == .truncate {
            try await quarantine.copyTables(tables.map(\.name), connection)
        }
    }

    /// Tables never return to the data of an earlier run. Checked once they are locked.
    private func refuseOvertaken(_ connection: Connection) async throws {
        let folder = publication.folderComponents.dropLast().joined(separator: "/") + "/"
        let newer = try await staging.newestDelivery(
            after: publication.run, into: target.settings.schema, below: folder, connection)
        guard let newer else { return }
        throw DestinationError.overtaken(
            destination: target.destination, run: publication.run, by: newer)
    }

    func isPublished() async throws -> Bool {
        try await target.withConnection(about: staging.schema) { connection in
            guard try await staging.exists(connection) else { return false }
            return try await isPublished(connection)
        }
    }

    /// Whether this publication is recorded; throws if another is.
    private func isPublished(_ connection: Connection) async throws -> Bool {
        let found = try await connection.query(
            "select manifest_sha256 from \(staging.deliveries) where run = $1",
            [.int(publication.run)])
        guard let hash = try found.first?[0].string() else { return false }
        if hash == publication.manifestHash { return true }
        throw DestinationError.alreadyPublished(
            destination: target.destination, folder: publication.folder,
            existing: "the manifest \(hash)", publishing: publication.manifestHash)
    }

    /// The tables to fill, with the staged tables of each.
    private func tables(_ connection: Connection) async throws -> [TargetTable] {
        let staged = try await staging.tables(of: publication.run, connection)
        var tables: [TargetTable] = []
        for file in manifest.files {
            guard let source = file.table else {
                throw DestinationError.invalidPublication(
                    destination: target.destination, run: publication.run,
                    reason: "\"\(file.name)\" is not of one table")
            }
            guard let part = publication.files.first(where: { $0.name == file.name }),
                let found = staged.first(where: {
                    $0.token == part.stagedToken && $0.file == part.stagedName
                })
            else {
                throw DestinationError.stagedFileMissing(
                    destination: target.destination, run: publication.run, file: file.name)
            }
            guard found.bytes == file.bytes, found.sha256 == file.sha256 else {
                throw DestinationError.checksumMismatch(
                    destination: target.destination, file: file.name,
                    expected: "\(file.bytes) bytes with SHA-256 \(file.sha256)",
                    actual: "\(found.bytes) with \(found.sha256)")
            }
            let table = TargetTable(
                run: publication.run, schema: target.settings.schema, name: source.name,
                source: source, columns: file.columns)
            if let index = tables.firstIndex(where: { $0.name == table.name }) {
                try checkSame(tables[index], table)
                tables[index].rows += file.rows
                tables[index].parts.append(staging.quoted(found.name))
            } else {
                tables.append(table)
                tables[tables.count - 1].rows = file.rows
                tables[tables.count - 1].parts = [staging.quoted(found.name)]
            }
        }
        return tables
    }

    /// Two source tables with the same name would fill one table.
    private func checkSame(_ first: TargetTable, _ other: TargetTable) throws {
        guard first.source == other.source else {
            throw DestinationError.notAllowed(
                destination: target.destination, path: first.shown,
                rule: "tables \(first.source) and \(other.source) would both fill it. Send them in "
                    + "two data exports, to destinations with different schemas")
        }
    }

    /// The error, and the holders of locks that could not be acquired.
    private func explained(_ error: any Error, _ connection: Connection) async -> any Error {
        guard let error = error as? PostgresError else { return error }
        guard error.sqlState == "55P03" else {
            return target.failure(error, about: target.settings.schema)
        }
        let holders = (try? await holders(connection)) ?? []
        return DestinationError.unavailable(
            destination: target.destination, path: target.settings.schema,
            reason: holders.isEmpty
                ? "a table to fill is locked by another session, or another worker is publishing "
                    + "the same run"
                : holders.joined(separator: "; "))
    }

    private func holders(_ connection: Connection) async throws -> [String] {
        try await connection.query(
            """
            select distinct format('%s.%s is locked by process %s (role %s, application "%s", %s)',
                          n.nspname, c.relname, a.pid, a.usename, a.application_name,
                          coalesce(a.state, 'unknown'))
              from pg_catalog.pg_locks as l
              join pg_catalog.pg_stat_activity as a on a.pid = l.pid
              join pg_catalog.pg_class as c on c.oid = l.relation
              join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
             where l.granted and a.pid <> pg_backend_pid() and a.datname = current_database()
               and n.nspname = $1 and c.relname = any ($2::text[])
             order by 1 limit 3
            """,
            [.text(target.settings.schema), Value(manifest.files.compactMap { $0.table?.name })]
        ).map { try $0[0].string() }
    }

    private func reach(_ name: String) throws {
        Failpoint.reach(name)
        try step(name)
    }
}
