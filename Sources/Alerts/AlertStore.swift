internal import Credentials
internal import Foundation
public import Postgres

/// The messages of one worker in the database.
///
/// Transient errors are retried here. Every function throws `PostgresError`.
public struct AlertStore: Sendable {
    private let worker: Int64
    private let pool: ConnectionPool
    private let retrier: Retrier

    public init(worker: Int64, pool: ConnectionPool, retrier: Retrier) {
        self.worker = worker
        self.pool = pool
        self.retrier = retrier
    }

    func claim(_ limit: Int, _ options: AlertDeliveryOptions) async throws -> [ClaimedDelivery] {
        let credentials = await options.credentials.known()
        let rows = try await query(
            """
            select ferry_state.claim_alert_deliveries(
                $1, make_interval(secs => $2::float8), $3, $4, $5)
            """,
            [
                .int(worker), .double(options.lease / .seconds(1)), .int(Int64(limit)),
                Value(try options.allowedPrograms.map(Self.json)), Value(credentials.keys.sorted()),
            ])
        var claimed: [ClaimedDelivery] = []
        for row in rows {
            let json = Data(try row[0].string().utf8)
            do {
                claimed.append(try JSONDecoder().decode(ClaimedDelivery.self, from: json))
            } catch {
                try await refuse(try JSONDecoder().decode(Keys.self, from: json))
            }
        }
        return claimed
    }

    private static func json(_ words: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(words), as: UTF8.self)
    }

    private struct Keys: Decodable {
        let id: String
        let token: Int64
    }

    /// A message that this program cannot read ends as failed; the others continue.
    private func refuse(_ keys: Keys) async throws {
        _ = try await query(
            """
            select ferry_state.finish_alert_delivery($1::uuid, $2, $3, 'failed', $4, null)
            """,
            [
                .text(keys.id), .int(keys.token), .int(worker),
                .text("this worker cannot read the alert's settings: update it"),
            ])
    }

    /// - Returns: False if the claim of the message was lost; then nothing was changed.
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

    /// Creates messages for runs that take too long, and deletes old messages.
    func tend() async throws {
        _ = try await query(
            "select ferry_state.tell_long_runs(), ferry_state.forget_alert_deliveries()", [])
    }

    private func query(_ sql: String, _ values: [Value]) async throws -> Rows {
        let name = sql.firstMatch(of: /ferry_state\.(\w+)/).map { String($0.1) } ?? "the queue"
        return try await retrier.run(name) { _ in
            try await pool.withConnection { try await $0.query(sql, values) }
        }
    }
}
