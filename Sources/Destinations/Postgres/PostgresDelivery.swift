public import Credentials
internal import Crypto
public import Formats
public import Foundation
public import Manifests
internal import Postgres
import Values

/// A delivery in the tables of a database, to verify.
public struct PostgresDelivery: Sendable {
    private let run: Int64
    private let target: PostgresTarget

    /// - Parameters:
    ///   - run: The run that was delivered.
    ///   - destination: The name of the destination, for messages.
    ///   - settings: Those of a destination of kind `postgres`, of which only `credential` and
    ///     `staging_schema` are used: the record of the delivery names the schema of its tables.
    /// - Throws: ``SettingsError``
    public init(
        of run: Int64, at destination: String, settings: Data, credentials: WorkerCredentials
    ) throws(SettingsError) {
        self.run = run
        target = PostgresTarget(
            destination: destination, settings: try PostgresSettings(json: settings),
            credentials: credentials)
    }

    /// Where the manifest is, for messages.
    private var path: String { "\(target.settings.stagingSchema).deliveries, run \(run)" }

    /// Counts the rows of each table and compares them with the delivery's manifest in the
    /// database. Reads one snapshot; writes nothing.
    ///
    /// Values are not compared: the hashes in the manifest are of the sent bytes, which a table
    /// does not keep.
    ///
    /// - Parameter expected: The SHA-256 that the manifest must have; see
    ///   `DeliveredManifest.check(sha256:)`.
    /// - Throws: `ManifestError`, also if there is no such delivery; ``DestinationError``,
    ///   `overtaken` if a later run has filled the same tables.
    public func verify(sha256 expected: String? = nil) async throws -> VerificationReport {
        try await target.withConnection(about: path) { connection in
            try await connection.run("begin isolation level repeatable read read only")
            let (record, folder, schema) = try await record(connection)
            let manifest = try manifest(record.bytes, record.sha256, expected)
            try await refuseOvertaken(folder, schema, connection)
            var report = VerificationReport(manifest: manifest, subject: .tables)
            for (table, rows) in Self.rows(of: manifest) {
                let name = TableName(schema: schema, name: table)
                if let finding = try await finding(name, rows, connection) {
                    report.findings.append(finding)
                }
            }
            try await connection.run("commit")
            return report
        }
    }

    private typealias Record = (bytes: [UInt8], sha256: String)

    private func record(
        _ connection: Connection
    ) async throws -> (Record, folder: String, schema: String) {
        guard try await target.staging.exists(connection),
            let row = try await connection.query(
                """
                select manifest, manifest_sha256, folder, target_schema
                  from \(target.staging.deliveries) where run = $1
                """, [.int(run)]
            ).first
        else { throw ManifestError.missing(path: path) }
        return try (
            (Array(row[0].string().utf8), row[1].string()), row[2].string(), row[3].string()
        )
    }

    private func manifest(
        _ bytes: [UInt8], _ recorded: String, _ expected: String?
    ) throws -> Manifest {
        let hash = SHA256.hash(data: bytes).hexadecimal
        for wanted in [recorded, expected].compactMap(\.self) where wanted != hash {
            throw ManifestError.notTheExpected(path: path, expected: wanted, actual: hash)
        }
        let manifest = try Manifest(decoding: bytes)
        guard manifest.run == run, manifest.format.format == .table else {
            throw ManifestError.unreadable(
                path: path, reason: "it is not that of a delivery into tables by this run")
        }
        return manifest
    }

    /// This manifest does not apply to a later delivery into the tables.
    private func refuseOvertaken(
        _ folder: String, _ schema: String, _ connection: Connection
    ) async throws {
        let parent = folder.split(separator: "/").dropLast().joined(separator: "/") + "/"
        let newer = try await target.staging.newestDelivery(
            after: run, into: schema, below: parent, connection)
        guard let newer else { return }
        throw DestinationError.overtaken(
            destination: target.destination, run: run, by: newer)
    }

    /// The expected number of rows of each table. A table may have several parts.
    private static func rows(of manifest: Manifest) -> [(table: String, rows: Int64)] {
        var sums: [(table: String, rows: Int64)] = []
        for file in manifest.files {
            guard let name = file.table?.name else { continue }
            if let index = sums.firstIndex(where: { $0.table == name }) {
                sums[index].rows += file.rows
            } else {
                sums.append((name, file.rows))
            }
        }
        return sums
    }

    private func finding(
        _ table: TableName, _ expected: Int64, _ connection: Connection
    ) async throws -> VerificationReport.Finding? {
        let found = try await connection.query(
            """
            select exists (select from pg_catalog.pg_class as c
                             join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                            where n.nspname = $1 and c.relname = $2
                              and c.relkind in ('r', 'p', 'f', 'v', 'm'))
            """, [.text(table.schema), .text(table.name)])
        guard try found[0][0].bool() else { return .missing(file: table.canonical) }
        let name = "\(quoteIdentifier(table.schema)).\(quoteIdentifier(table.name))"
        do {
            let actual = try await connection.query("select count(*) from \(name)")[0][0].int64()
            return actual == expected
                ? nil : .wrongRows(file: table.canonical, expected: expected, actual: actual)
        } catch {
            throw target.failure(error, about: table.canonical)
        }
    }
}
