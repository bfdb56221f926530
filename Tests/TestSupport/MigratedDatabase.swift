import Migrations
public import Postgres
import PrivateServer

/// Login roles for tests, one per right that Ferry grants. They belong to the whole test server.
public enum TestRole: String, Sendable, CaseIterable {
    case alice = "test_client_alice"
    case bob = "test_client_bob"
    case worker = "test_worker"
    case viewer = "test_viewer"
    /// May log in and nothing else.
    case outsider = "test_outsider"

    fileprivate var group: String? {
        switch self {
        case .alice, .bob: "ferry_client"
        case .worker: "ferry_worker"
        case .viewer: "ferry_viewer"
        case .outsider: nil
        }
    }
}

extension TestDatabase {
    /// Gives the body a database with Ferry's schema, owned by `ferry`, and drops it afterwards.
    ///
    /// The first call of a process migrates a template; each call copies it. The events that the
    /// body leaves must be as `docs/events.md` says.
    public static func withSchema<T>(_ body: (TestDatabase) async throws -> T) async throws -> T {
        try await with(template: try await MigratedTemplate.name) { database in
            let value = try await body(database)
            try await database.checkEvents()
            return value
        }
    }

    /// Connects as one of the test roles.
    public func connect(as role: TestRole) async throws -> Connection {
        try await connect(as: role.rawValue)
    }

    /// Connects as a role that may log in.
    public func connect(as role: String) async throws -> Connection {
        let url = try await TestServer.shared.url(database: name, user: role)
        return try await Connection.connect(ConnectionOptions(url))
    }

    /// What a pool connects with as one of the test roles.
    public func options(as role: TestRole) async throws -> ConnectionOptions {
        ConnectionOptions(try await TestServer.shared.url(database: name, user: role.rawValue))
    }
}

/// The database that ``TestDatabase/withSchema(_:)`` copies.
private enum MigratedTemplate {
    private static let made = Task {
        let database = try await TestDatabase.create()
        let connection = try await database.connect()
        _ = try await Migrator(connection).migrate()
        for role in TestRole.allCases {
            try await connection.run(create(role))
        }
        // A database with a connection to it cannot be copied.
        await connection.close()
        return database.name
    }

    static var name: String {
        get async throws { try await made.value }
    }

    private static func create(_ role: TestRole) -> String {
        let grant = role.group.map { "grant \($0) to \(role.rawValue);" } ?? ""
        return """
            do $$
            begin
                if not exists (select from pg_roles where rolname = '\(role.rawValue)') then
                    create role \(role.rawValue) login nosuperuser;
                    \(grant)
                end if;
            end;
            $$;
            """
    }
}
