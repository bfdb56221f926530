import Postgres
import TestSupport

/// What the server said when it refused a statement; nil when it did not refuse.
func refusal(
    _ connection: Connection, _ sql: String, _ parameters: [Value] = []
) async throws -> ServerError? {
    do {
        _ = try await connection.query(sql, parameters)
        return nil
    } catch PostgresError.server(let error) {
        return error
    }
}

extension Connection {
    /// Sends a command by INSERT and returns its id.
    @discardableResult
    func send(
        _ command: String, _ arguments: String, priority: Int? = nil, runAt: String? = nil,
        key: String? = nil
    ) async throws -> Int64 {
        try await query(
            """
            insert into ferry.commands (command, arguments, priority, run_at, idempotency_key)
            values ($1, $2, $3, $4::text::timestamptz, $5) returning id
            """, [.text(command), .text(arguments), Value(priority), Value(runAt), Value(key)]
        )[0][0].int64()
    }

    /// Sends commands that create data exports of these names, each in a lane of its own.
    @discardableResult
    func create(_ names: String..., priority: Int? = nil) async throws -> [Int64] {
        var ids: [Int64] = []
        for name in names {
            ids.append(
                try await send(
                    "create_data_export", "{\"name\": \"\(name)\"}", priority: priority))
        }
        return ids
    }

    func number(_ sql: String, _ parameters: [Value] = []) async throws -> Int {
        try await query(sql, parameters)[0][0].int()
    }

    func text(_ sql: String, _ parameters: [Value] = []) async throws -> String {
        try await query(sql, parameters)[0][0].string()
    }

    /// Whether another session waits for a lock that this one, a superuser's, can see.
    func sees(waiting other: Connection) async throws -> Bool {
        try await query(
            "select wait_event_type = 'Lock' from pg_stat_activity where pid = $1",
            [.int(Int64(other.serverProcessID))])[0][0].optionalBool() == true
    }
}

/// What one claim returned.
struct Claim: Sendable {
    let mark: Mark
    let ids: [Int64]
}

/// Where the next claim is to start: after this command of this transaction.
struct Mark: Sendable {
    var transaction = "0"
    var id: Int64 = 0
    /// The same for single actors, as the claim wrote it.
    var ofActors: String?
}

extension Connection {
    /// Claims commands; the lanes are held until the transaction ends.
    func claim(_ limit: Int = 100, mark: Mark = Mark()) async throws -> Claim {
        let rows = try await query(
            """
            select mark, id, marks
              from ferry_state.claim_commands($1, $2::text::xid8, $3, $4::text::jsonb, null, 0)
            """,
            [.int(Int64(limit)), .text(mark.transaction), .int(mark.id), Value(mark.ofActors)])
        let marks = try rows.filter { !$0["mark"].isNull }
            .map { Mark(transaction: try $0["mark"].string(), id: try $0["id"].int64()) }
        var next = marks.first ?? mark
        next.ofActors = try rows.compactMap { try $0["marks"].optionalString() }.first
        return Claim(
            mark: next,
            ids: try rows.filter { $0["mark"].isNull && !$0["id"].isNull }
                .map { try $0["id"].int64() })
    }

    /// Records that these commands were applied.
    func apply(_ ids: [Int64]) async throws {
        try await execute(
            "select ferry_state.finish_commands($1, null, null, null, null)", [Value(ids)])
    }

    func save(outcomes: String = "[]", retries: String? = nil) async throws {
        try await execute(
            "select ferry_state.finish_commands('{}', $1, $2, null, null)",
            [.text(outcomes), Value(retries)])
    }

    /// Claims and applies until nothing waits; returns the commands in the order of application.
    func applyAll() async throws -> [Int64] {
        var applied: [Int64] = []
        while true {
            try await run("begin")
            let ids = try await claim().ids
            try await apply(ids)
            try await run("commit")
            if ids.isEmpty { return applied }
            applied += ids
        }
    }
}
