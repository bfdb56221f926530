internal import Foundation
public import Postgres

/// The messages in the database, as far as one worker may change them.
///
/// Every function throws `PostgresError`.
public struct AlertStore: Sendable {
    private let worker: Int64
    private let pool: ConnectionPool

    public init(worker: Int64, pool: ConnectionPool) {
        self.worker = worker
        self.pool = pool
    }

    func claim(_ limit: Int, _ options: AlertDeliveryOptions) async throws -> [ClaimedDelivery] {
        try await query(
            """
            select ferry_state.claim_alert_deliveries(
                $1, make_interval(secs => $2::float8), $3, $4)
            """,
            [
                .int(worker), .double(options.lease / .seconds(1)), .int(Int64(limit)),
                Value(options.allowedPrograms),
            ]
        ).map { row in
            try JSONDecoder().decode(ClaimedDelivery.self, from: Data(try row[0].string().utf8))
        }
    }

    /// - Returns: False when the message was no longer ours; then nothing was changed.
    @discardableResult
    func finish(
        _ delivery: ClaimedDelivery, _ outcome: AttemptOutcome, _ options: AlertDeliveryOptions
    ) async throws -> Bool {
        let (word, reason, delay): (String, String?, Duration?) =
            switch outcome {
            case .delivered: ("delivered", nil, nil)
            case .refused(let reason): ("failed", reason, nil)
            case .failed(let reason, let retryAfter):
                (
                    "retry", reason,
                    options.delay(afterAttempt: delivery.attempt, retryAfter: retryAfter)
                )
            }
        return try await query(
            """
            select ferry_state.finish_alert_delivery($1::uuid, $2, $3, $4, $5,
                                                     make_interval(secs => $6::float8))
            """,
            [
                .text(delivery.id), .int(delivery.token), .int(worker), .text(word),
                Value(reason), Value(delay.map { $0 / .seconds(1) }),
            ]
        ).first?[0].bool() == true
    }

    /// Has those told whose runs take too long, and forgets what was told long ago.
    func tend() async throws {
        _ = try await query(
            "select ferry_state.tell_long_runs(), ferry_state.forget_alert_deliveries()", [])
    }

    private func query(_ sql: String, _ values: [Value]) async throws -> Rows {
        try await pool.withConnection { try await $0.query(sql, values) }
    }
}
