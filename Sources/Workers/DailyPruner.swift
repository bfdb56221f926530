import Postgres

/// Runs the daily prune of the setting `retention`, together with the pruners of other workers:
/// each batch is a transaction of its own, run by the first worker that gets to it.
///
/// The database decides when it is due and what is removed.
struct DailyPruner: Sendable {
    let pool: ConnectionPool
    /// How often it checks whether a prune is due.
    let interval: Duration
    let retrier: Retrier

    /// Prunes until cancelled. An error postpones the rest of the prune, and has no other effect.
    func run() async throws {
        while true {
            // A pause after each batch, so that a large prune leaves room for work.
            while try await pruneBatch() { try await Task.sleep(for: .milliseconds(20)) }
            try await Task.sleep(for: interval)
        }
    }

    /// - Returns: Whether there is more to prune now.
    private func pruneBatch() async throws -> Bool {
        try await retrier.run("prune", .everything) { _ in
            try await pool.withConnection { connection in
                try await connection.query("select ferry_state.prune_when_due()")[0][0].bool()
            }
        }
    }
}
