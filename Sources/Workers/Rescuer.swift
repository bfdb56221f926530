import Logging
import Postgres

/// Finds expired workers and releases their work.
struct Rescuer {
    private let pool: ConnectionPool
    private let logger: Logger
    /// Workers whose session was already missing at the last look. One that is missing once may
    /// still be connecting.
    private var suspects: Set<Int64> = []
    private var lastLook = ContinuousClock.now

    init(pool: ConnectionPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Looks once. Call it every second while there are expired workers.
    mutating func look() async throws {
        // No worker had expired in between.
        if .now - lastLook > .seconds(3) { suspects = [] }
        lastLook = .now
        var silent: Set<Int64> = []
        var lost: [Int64] = []
        let rows = try await pool.withConnection {
            try await $0.query("select * from ferry_state.silent_workers()")
        }
        for row in rows {
            let worker = try row[0].int64()
            if try row[1].bool() || suspects.contains(worker) {
                lost.append(worker)
            } else {
                silent.insert(worker)
            }
        }
        if !lost.isEmpty {
            let workers = Value(lost)
            let freed = try await pool.withConnection {
                try await $0.query("select ferry_state.rescue($1)", [workers])
            }
            let count = try freed.first?[0].int() ?? 0
            logger.notice(
                "took over work of expired workers",
                metadata: [
                    "workers": "\(lost)", "freed": "\(count)",
                ])
        }
        suspects = silent
    }
}
