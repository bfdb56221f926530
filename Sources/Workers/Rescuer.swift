import Logging
import Postgres

/// Finds workers that are gone and frees what they held.
struct Rescuer {
    private let pool: ConnectionPool
    private let logger: Logger
    /// Workers whose session was already missing at the last look. One that is missing once may
    /// just be connecting.
    private var suspects: Set<Int64> = []
    private var lastLook = ContinuousClock.now

    init(pool: ConnectionPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Looks once. To be called every second while there are silent workers.
    mutating func look() async throws {
        // Nobody was silent meanwhile.
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
