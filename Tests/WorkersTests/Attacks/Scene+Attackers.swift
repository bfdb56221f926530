import Foundation
import Postgres
import PrivateServer
import TestSupport

extension Scene {
    /// Starts a worker whose role has no rights in the queue but those of `ferry_worker`.
    func startLimited(
        _ name: String = "worker", environment: [String: String] = [:], arguments: [String] = []
    ) async throws -> WorkerProcess {
        let url = try await url(as: TestRole.worker.rawValue)
        return try start(
            name, queueURL: url + " password='\(Self.password)'", environment: environment,
            arguments: arguments)
    }

    /// Creates a role of this test's own that may log in. It is gone with the test server.
    ///
    /// - Parameters:
    ///   - name: What its name begins with.
    ///   - group: The role that it is a member of; nil for none.
    ///   - policy: Granted to it in production; nil for none.
    func role(
        _ name: String = "attacker", in group: String? = "ferry_client", policy: String? = nil
    ) async throws -> String {
        let role = name + "_" + UUID().uuidString.lowercased()
        try await queue.run(
            """
            create role "\(role)" login;
            \(group.map { "grant \($0) to \"\(role)\";" } ?? "")
            """)
        if let policy { try await assign(policy, to: role) }
        return role
    }

    /// Grants or denies a policy in production.
    func assign(_ policy: String, to role: String, denial: Bool = false) async throws {
        try await queue.query(
            """
            insert into ferry_state.policy_assignments
                   (id, role, policy, environment, denial, options, created_by)
            values (nextval('ferry_state.ids'), $1, $2, 'production', $3, '[]', 'test')
            """, [.text(role), .text(policy), .bool(denial)])
    }

    /// Connects to the queue as a role. A lock that it waits for is an error after ten seconds.
    func connect(as role: String) async throws -> Connection {
        let connection = try await Connection.connect(ConnectionOptions(url(as: role)))
        try await connection.run("set lock_timeout = '10s'")
        return connection
    }

    /// A session of a new role.
    func attacker(in group: String? = "ferry_client", policy: String? = nil) async throws
        -> Connection
    {
        try await connect(as: role(in: group, policy: policy))
    }

    private func url(as role: String) async throws -> String {
        let database = try await queue.text("select current_database()") ?? ""
        return try await TestServer.shared.url(database: database, user: role)
    }

    /// Waits until a new command of another role is applied.
    func othersAreServed() async throws {
        try await apply("create_data_export", "{\"name\": \"\(UUID().uuidString)\"}")
    }

    /// Waits until a new run of another role has succeeded; returns its id.
    @discardableResult
    func othersRun() async throws -> Int64 {
        let run = try await run()
        try await reaches("succeeded", run)
        return run
    }
}

extension Connection {
    /// Sends a command and returns its id.
    func send(
        _ command: String, _ arguments: String, in environment: String = "production"
    ) async throws -> Int64 {
        try await query(
            """
            insert into ferry.commands (command, arguments, environment)
            values ($1, $2::jsonb, $3) returning id
            """, [.text(command), .text(arguments), .text(environment)])[0][0].int64()
    }

    /// The SQLSTATE with which the server refuses a statement; nil when it does not.
    func refusal(of sql: String, _ parameters: [Value] = []) async throws -> String? {
        do {
            _ = try await query(sql, parameters)
            return nil
        } catch PostgresError.server(let error) {
            return error.sqlState
        }
    }
}
