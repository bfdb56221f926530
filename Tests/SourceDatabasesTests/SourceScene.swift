import Credentials
import Foundation
import Lifecycle
import Postgres
import PrivateServer
import SourceDatabases
import TestSupport
import Values

/// An empty database, registered as "shop".
struct SourceScene: Sendable {
    let database: TestDatabase
    /// A superuser's.
    let admin: Connection
    let folder: String

    static func with(_ body: (SourceScene) async throws -> Void) async throws {
        try await TestDatabase.withEmpty { database in
            let folder = NSTemporaryDirectory() + "ferry-\(UUID())"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let admin = try await database.connect()
            // The role is called ferry: a schema of that name would come first otherwise.
            try await admin.run("set search_path = public")
            try await body(SourceScene(database: database, admin: admin, folder: folder))
        }
    }

    /// The database, as a role that reads it.
    func source(as role: String? = nil, lockTimeout: Duration = .seconds(10)) async throws
        -> SourceDatabase
    {
        let server = try await TestServer.shared
        let url = role.map { server.url(database: database.name, user: $0) } ?? database.url
        let name = role ?? "owner"
        let file = folder + "/\(name)"
        try Data((url + "\n").utf8).write(to: URL(fileURLWithPath: file))
        return SourceDatabase(
            name: "shop", credential: name, of: WorkerCredentials(paths: [folder]),
            lockTimeout: lockTimeout)
    }

    /// Makes a role that may log in, and owns nothing.
    func addRole(_ name: String) async throws {
        try await admin.run(
            """
            do $$ begin
                create role \(name) login nosuperuser;
            exception when duplicate_object then null;
            end $$;
            """)
    }

    /// What COPY writes for the first of the snapshot's tables, read by a connection of its own.
    func read(
        _ snapshot: SourceSnapshot, _ table: TableName, pages: PageRange? = nil
    ) async throws -> String {
        let connection = try await source().connect()
        try await SourceSnapshot.join(connection, id: snapshot.id)
        guard let described = snapshot.tables.first(where: { $0.name == table }) else { return "" }
        let text = try await copied(described, connection, pages: pages)
        await connection.close()
        return text
    }

    func copied(
        _ table: SourceTable, _ connection: Connection, pages: PageRange? = nil
    ) async throws -> String {
        var bytes: [UInt8] = []
        _ = try await connection.copyOut(
            "COPY \(table.copySource(pages: pages)) TO STDOUT (FORMAT csv)"
        ) { bytes.append(contentsOf: $0.bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension TableName {
    static func named(_ name: String) -> TableName { TableName(schema: "public", name: name) }
}
