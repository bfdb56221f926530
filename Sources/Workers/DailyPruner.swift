import Postgres

/// Carries out the prune that the setting `retention` asks for once a day, together with the
/// pruners of other workers: each batch is a transaction of its own, by whoever comes first.
///
/// When it is due, and what goes, the database decides.
struct DailyPruner: Sendable {
    let pool: ConnectionPool
    /// How often it asks whether there is something to do.
    let interval: Duration
    let retrier: Retrier

    /// Prunes until cancelled. An error puts off the rest of the prune, and ends nothing else.
    func run() async throws {
        while true {
            // A pause after each batch, so that a large prune leaves room for work.
            while try await pruneBatch() { try await Task.sleep(for: .milliseconds(20)) }
            try await Task.sleep(for: interval)
        }
    }

    /// - Returns: Whether there is more to do now.
    private func pruneBatch() async throws -> Bool {
        try await retrier.run("prune", .everything) { _ in
            try await pool.withConnection { connection in
                try await connection.query("select ferry_state.prune_when_due()")[0][0].bool()
            }
        }
    }
}
