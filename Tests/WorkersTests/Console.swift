import Postgres

/// A connection for the test's own questions, which survives restarts of the server.
actor Console {
    nonisolated let url: String
    private var connection: Connection?

    init(_ url: String) {
        self.url = url
    }

    @discardableResult
    func query(_ sql: String, _ values: [Value] = []) async throws -> Rows {
        try await opened().query(sql, values)
    }

    func run(_ script: String) async throws {
        try await opened().run(script)
    }

    func text(_ sql: String, _ values: [Value] = []) async throws -> String? {
        try await query(sql, values).first?[0].optionalString()
    }

    func number(_ sql: String, _ values: [Value] = []) async throws -> Int {
        try await query(sql, values).first?[0].int() ?? 0
    }

    func texts(_ sql: String, _ values: [Value] = []) async throws -> [String] {
        try await query(sql, values).map { try $0[0].string() }
    }

    /// A connection of its own, for what must stay open.
    nonisolated func another() async throws -> Connection {
        try await Connection.connect(ConnectionOptions(url))
    }

    func close() async {
        await connection?.close()
        connection = nil
    }

    private func opened() async throws -> Connection {
        if let connection, await connection.isUsable { return connection }
        let new = try await another()
        connection = new
        return new
    }
}
