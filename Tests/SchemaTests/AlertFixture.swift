import Postgres

/// A message that a worker has claimed.
struct ClaimedMessage: Equatable {
    let id: String
    let token: Int64
    let alert: String
    let payload: String
}

extension Connection {
    /// Records an alert, as the owner of the schema.
    func addAlert(
        _ name: String, id: Int64, on events: String = #"["failure"]"#,
        orchestration: Int64? = nil, more: String = ""
    ) async throws {
        try await execute(
            """
            insert into ferry_state.alerts
                   (id, environment, name, key, orchestration_id, settings, created_by)
            values ($1, 'production', $2, lower($2), $3,
                    ('{"on": \(events), "credential": "hook",
                       "retry_seconds_max": 60\(more)}')::jsonb,
                    'alice')
            """, [.int(id), .text(name), Value(orchestration)])
    }

    /// Has messages delivered about a run that need not be in that state.
    func notify(_ run: Int64, _ events: String = "{failure}") async throws {
        try await execute(
            "select ferry_state.tell_alerts($1, $2::text::text[])", [.int(run), .text(events)])
    }

    /// `Ops failure 7` for each message, in order.
    func messages(in state: String = "waiting") async throws -> [String] {
        try await query(
            """
            select concat_ws(' ', alert, event, run_id) from ferry.alert_deliveries
             where state = $1 order by created_at, alert
            """, [.text(state)]
        ).map { try $0[0].string() }
    }
}

extension DutyWorker {
    func claimMessages(
        _ limit: Int = 8, programs: [String] = [], credentials: [String] = ["hook"],
        lease: String = "1 hour"
    ) async throws -> [ClaimedMessage] {
        try await connection.query(
            """
            select c ->> 'id', (c ->> 'token')::bigint, c ->> 'alert', c ->> 'payload'
              from ferry_state.claim_alert_deliveries($1, $2::text::interval, $3, $4, $5) as c
            """,
            [
                .int(id), .text(lease), .int(Int64(limit)), Value(programs), Value(credentials),
            ]
        ).map {
            ClaimedMessage(
                id: try $0[0].string(), token: try $0[1].int64(), alert: try $0[2].string(),
                payload: try $0[3].string())
        }
    }

    func finish(
        _ message: ClaimedMessage, _ outcome: String = "delivered", after delay: String = "0"
    ) async throws -> Bool {
        try await connection.query(
            """
            select ferry_state.finish_alert_delivery($1::text::uuid, $2, $3, $4, $5,
                                                     $6::text::interval)
            """,
            [
                .text(message.id), .int(message.token), .int(id), .text(outcome),
                outcome == "delivered" ? .null : "no route", .text(delay),
            ])[0][0].bool()
    }
}
