import Credentials
import Crypto
import Formats
import Foundation
import Manifests
import Postgres
import TestSupport
import Values

@testable import Destinations

/// A database that takes deliveries into its schema `crm`, and eyes to look at what it holds.
final class PostgresUnderTest: Sendable {
    let url: String
    let eyes: Connection
    private let folder: String

    private init(_ url: String) async throws {
        self.url = url
        eyes = try await Connection.connect(ConnectionOptions(url))
        folder = NSTemporaryDirectory() + "ferry-postgres-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// - Parameter script: What is there before, besides the schema `crm`.
    static func with(
        _ script: String = "", _ body: (PostgresUnderTest) async throws -> Void
    ) async throws {
        try await TestDatabase.withEmpty { database in
            let place = try await PostgresUnderTest(database.url)
            try await place.eyes.run("create schema crm;" + script)
            try await body(place)
            await place.eyes.close()
        }
    }

    /// - Parameter url: Defaults to that of the owner.
    func connect(
        _ url: String? = nil, schema: String = "crm", lockTimeout: Duration = .seconds(10),
        step: @escaping @Sendable (String) throws -> Void = { _ in }
    ) throws -> any DestinationAdapter {
        let secret = url ?? self.url
        let settings = try JSONEncoder().encode(["credential": "dw", "schema": schema])
        return PostgresDestination(
            name: "dw", settings: try PostgresSettings(json: settings),
            credentials: WorkerCredentials(environment: { ["FERRY_CREDENTIAL_DW": secret] }),
            lockTimeout: lockTimeout, step: step)
    }

    func texts(_ sql: String) async throws -> [String] {
        try await eyes.query(sql).map { try $0[0].string() }
    }

    /// The tables that a reader sees in `crm`, each with its rows: `orders: (1,a) (2,b)`.
    func visible() async throws -> [String] {
        let tables = try await texts(
            """
            select relname from pg_class where relnamespace = 'crm'::regnamespace
               and relkind in ('r', 'p') order by 1
            """)
        var result: [String] = []
        for table in tables {
            let rows = try await texts(
                "select t::text from crm.\(quoteIdentifier(table)) as t order by 1")
            result.append("\(table): \(rows.joined(separator: " "))")
        }
        return result
    }

    /// Run, token and name of each staged file, once it was seen that each has its table and that
    /// there are no others.
    func staged() async throws -> [String] {
        guard
            try await texts("select 'x' from pg_class where relname = 'staged_tables'").count == 1
        else { return [] }
        let listed = try await texts(
            "select table_name from ferry_staging.staged_tables order by 1")
        let tables = try await texts(
            """
            select relname from pg_class where relnamespace = 'ferry_staging'::regnamespace
               and relkind = 'r' and relname not in ('deliveries', 'staged_tables') order by 1
            """)
        guard listed == tables else { return ["listed \(listed), there are \(tables)"] }
        return try await texts(
            """
            select concat_ws('/', run, token, file) from ferry_staging.staged_tables
             order by run, token, file
            """)
    }

    /// The runs that are recorded as delivered.
    func deliveries() async throws -> [String] {
        try await texts("select run::text from ferry_staging.deliveries order by run")
    }

    /// Ends the sessions of deliveries on the server, as an administrator may.
    func terminateDeliveries() async throws {
        try await eyes.run(
            """
            select pg_terminate_backend(pid, 5000) from pg_stat_activity
             where application_name = 'ferry delivery' and datname = current_database()
            """)
    }
}

/// A delivery of small tables; rows are in COPY's text.
struct TableDelivery: Sendable {
    struct Part: Sendable {
        var file: String
        var table: TableName
        var columns: [TableColumn]
        var token: Int64
        var text: String
    }

    var parts: [Part]
    var mode = TableMode.create
    var run: Int64 = 42
    /// Makes another manifest of it.
    var version: Int64 = 1

    init(_ parts: [Part], mode: TableMode = .create, run: Int64 = 42) {
        self.parts = parts
        self.mode = mode
        self.run = run
    }

    /// One table of one part.
    static func of(
        _ table: String, _ columns: [(String, String)], _ text: String,
        mode: TableMode = .create, run: Int64 = 42
    ) -> TableDelivery {
        TableDelivery(
            [
                Part(
                    file: table, table: TableName(schema: "public", name: table),
                    columns: columns.map {
                        TableColumn(name: $0.0, type: $0.1, nullable: true, valueType: .text)
                    }, token: 1, text: text)
            ], mode: mode, run: run)
    }

    /// The orders in two parts, staged under different tokens, and the customers.
    static func sample(mode: TableMode = .create, run: Int64 = 42) -> TableDelivery {
        var all = of("orders", [("id", "bigint"), ("note", "text")], "1\ta\n2\t\\N\n", mode: mode)
        var rest = all.parts[0]
        (rest.file, rest.token, rest.text) = ("orders~2", 2, "3\tc\\nd\n")
        all.parts.append(rest)
        all.parts += of("customers", [("id", "integer")], "7\n").parts
        all.run = run
        return all
    }

    static let sampleVisible = ["customers: (7)", "orders: (1,a) (2,) (3,\"c\nd\")"]

    func publication(token: Int64 = 9) throws -> Publication {
        let files = parts.map { part in
            Manifest.File(
                name: part.file, table: part.table,
                rows: Int64(part.text.utf8.count { $0 == 10 }), bytes: Int64(part.text.utf8.count),
                sha256: SHA256.hash(data: Array(part.text.utf8)).hexadecimal,
                columns: part.columns.map {
                    Manifest.Column(name: $0.name, type: $0.type, nullable: $0.nullable)
                })
        }
        let time = Instant(microsecondsSince1970: 0)
        let manifest = try Manifest(
            export: Manifest.Export(id: 1, name: "Daily", version: version), run: run,
            environment: "production", database: "crm",
            snapshot: Manifest.Snapshot(takenAt: time), startedAt: time,
            format: DataTemplateSettings(
                json: #"{"format": "table", "mode": "\#(mode.rawValue)"}"#),
            files: files)
        return Publication(
            run: run, token: token, folder: "Daily/run-\(run)",
            files: parts.map { Publication.File(name: $0.file, stagedToken: $0.token) },
            manifest: manifest.encoded())
    }

    func stage(at destination: any DestinationAdapter) async throws {
        for part in parts {
            let writer = try await open(part, at: destination)
            try writer.write(Array(part.text.utf8))
            _ = try writer.finish()
        }
    }

    func open(
        _ part: Part, at destination: any DestinationAdapter
    ) async throws -> any StagedFileWriter {
        try await destination.stage(
            StagedDelivery(run: run, token: part.token),
            StagedFile(part.file, table: StagedTable(name: part.table, columns: part.columns)))
    }

    /// Stages and publishes it.
    func deliver(to destination: any DestinationAdapter) async throws {
        try await stage(at: destination)
        try await destination.publish(try publication())
    }
}
