internal import Credentials
internal import Formats
internal import Foundation
internal import Manifests
internal import Postgres

/// A destination that is a schema of another PostgreSQL database: each file of a delivery contains
/// the rows of a table, or of a part of one, and publishing fills the tables in one transaction.
struct PostgresDestination: DestinationAdapter {
    private let target: PostgresTarget
    private let step: @Sendable (String) throws -> Void

    /// - Parameters:
    ///   - name: The name under which it is configured, for messages.
    ///   - credentials: Those of this worker.
    ///   - lockTimeout: How long to wait for locks of other sessions. Defaults to 10 seconds.
    ///   - step: Called before each step of publishing that changes something; if it throws,
    ///     publishing ends there.
    init(
        name: String, settings: PostgresSettings, credentials: WorkerCredentials,
        lockTimeout: Duration = .seconds(10),
        step: @escaping @Sendable (String) throws -> Void = { _ in }
    ) {
        target = PostgresTarget(
            destination: name, settings: settings, credentials: credentials,
            lockTimeout: lockTimeout)
        self.step = step
    }

    func test() async throws {
        let (target, staging, schema) = (target, target.staging, target.settings.schema)
        try await target.withConnection(about: staging.schema) { connection in
            try await connection.run("begin")
            try await staging.create(connection, of: target)
            try await PostgresQuarantine(of: target)?.create(connection)
            let found = try await connection.query(
                """
                select has_schema_privilege(oid, 'usage') from pg_catalog.pg_namespace
                 where nspname = $1
                """, [.text(schema)])
            guard let mayUse = try found.first?[0].bool() else {
                throw DestinationError.notFound(
                    destination: target.destination, path: schema,
                    rule: "Create this schema in the target, or correct the setting \"schema\"")
            }
            guard mayUse else {
                throw DestinationError.accessDenied(
                    destination: target.destination, path: schema,
                    reason: "the role lacks usage on this schema. Ask its owner to grant it")
            }
            try await Self.probe(target, connection)
            // Leaves nothing behind, not even the staging schema.
            try await connection.run("rollback")
        }
    }

    private static func probe(_ target: PostgresTarget, _ connection: Connection) async throws {
        let table = target.staging.quoted("probe_\(UUID().uuidString)")
        let text = "Ferry tests this database. \(UUID().uuidString)"
        try await connection.run("create table \(table) (line text)")
        let feed = try await connection.feed("copy \(table) from stdin")
        try await feed.write(Array("\(text)\n".utf8))
        _ = try await feed.finish()
        let found = try await connection.query("select line from \(table)")
        guard found.count == 1, try found[0][0].string() == text else {
            throw DestinationError.checksumMismatch(
                destination: target.destination, file: table, expected: "the line that was written",
                actual: "something else")
        }
    }

    func stage(_ delivery: StagedDelivery, _ file: StagedFile) async throws -> any StagedFileWriter
    {
        guard isPlainName(file.name) else {
            throw DestinationError.invalidPublication(
                destination: target.destination, run: delivery.run,
                reason: "\"\(file.name)\" is not a plain name")
        }
        return try await PostgresTableWriter.open(target, delivery, file)
    }

    func rehearse(_ publication: Publication) async throws {
        try await publisher(of: publication).rehearse()
    }

    func publish(_ publication: Publication) async throws {
        try await publisher(of: publication).publish()
    }

    func isPublished(_ publication: Publication) async throws -> Bool {
        do {
            return try await publisher(of: publication).isPublished()
        } catch DestinationError.alreadyPublished {
            return false
        }
    }

    private func publisher(of publication: Publication) throws -> PostgresPublisher {
        let manifest = try publication.checkedManifest(destination: target.destination)
        guard manifest.format.format == .table else {
            throw DestinationError.invalidPublication(
                destination: target.destination, run: publication.run,
                reason: "its format is not \"table\"")
        }
        return PostgresPublisher(
            target: target, publication: publication, manifest: manifest, step: step)
    }

    func location(of publication: Publication) -> String {
        "schema \(target.settings.schema); manifest in \(target.settings.stagingSchema)"
            + ".deliveries, run \(publication.run)"
    }

    func discard(run: Int64, exceptTokens: Set<Int64>) async throws {
        try await remove(run) { !exceptTokens.contains($0) }
    }

    func discard(run: Int64, tokens: ClosedRange<Int64>) async throws {
        try await remove(run) { tokens.contains($0) }
    }

    private func remove(_ run: Int64, where isChosen: (Int64) -> Bool) async throws {
        let staging = target.staging
        try await target.withConnection(about: staging.schema) { connection in
            try await staging.remove(run: run, connection, where: isChosen)
        }
    }

    func stagedRuns() async throws -> Set<Int64> {
        let staging = target.staging
        return try await target.withConnection(about: staging.schema) { connection in
            try await staging.runs(connection)
        }
    }
}
