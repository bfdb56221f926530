import Foundation
import Locks
public import Postgres
import PrivateServer

/// A database of its own for one test.
public struct TestDatabase: Sendable {
    public let name: String
    /// A connection string for libpq.
    public let url: String

    private static let count = Locked(0)

    /// Creates a database, as a copy of the template when one is named.
    ///
    /// - Parameter options: Of `CREATE DATABASE`, for example `encoding 'LATIN1' locale 'C'`.
    public static func create(
        template: String? = nil, options: String = ""
    ) async throws -> TestDatabase {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let name = "test_\(number)"
        try await administer(
            "CREATE DATABASE \(name) TEMPLATE \(template ?? "template0") \(options)")
        return TestDatabase(name: name, url: try await TestServer.shared.url(database: name))
    }

    /// Gives the body an empty database and drops it afterwards.
    @discardableResult
    public static func withEmpty<T>(_ body: (TestDatabase) async throws -> T) async throws -> T {
        try await with(template: nil, body)
    }

    /// Gives the body a copy of the template database and drops it afterwards.
    @discardableResult
    public static func with<T>(
        template: String?, _ body: (TestDatabase) async throws -> T
    ) async throws -> T {
        let database = try await create(template: template)
        do {
            let value = try await body(database)
            try await database.drop()
            return value
        } catch {
            try? await database.drop()
            throw error
        }
    }

    /// Drops the database, disconnecting all sessions.
    public func drop() async throws {
        try await Self.administer("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    public func connect() async throws -> Connection {
        try await Connection.connect(ConnectionOptions(url))
    }

    private static func administer(_ sql: String) async throws {
        let url = try await TestServer.shared.url(database: "postgres")
        let connection = try await Connection.connect(ConnectionOptions(url))
        try await connection.run(sql)
        await connection.close()
    }
}
