import Logging
import Postgres

/// Finds workers that are gone and frees what they held; forgets plans that are old.
struct Rescuer: Sendable {
    let pool: ConnectionPool
    let interval: Duration
    let logger: Logger

    /// Looks until cancelled.
    func run() async throws {
        var suspects: Set<Int64> = []
        while true {
            try await Task.sleep(for: interval)
            suspects = try await look(suspects)
        }
    }

    /// - Parameter suspects: Workers whose session was already missing at the last look. One that
    ///   is missing once may just be connecting.
    /// - Returns: The suspects for the next look.
    private func look(_ suspects: Set<Int64>) async throws -> Set<Int64> {
        let logger = logger
        return try await pool.withConnection { connection in
            var silent: Set<Int64> = []
            var lost: [Int64] = []
            for row in try await connection.query("select * from ferry_state.silent_workers()") {
                let worker = try row[0].int64()
                if try row[1].bool() || suspects.contains(worker) {
                    lost.append(worker)
                } else {
                    silent.insert(worker)
                }
            }
            if !lost.isEmpty {
                let freed = try await connection.query(
                    "select ferry_state.rescue($1)", [Value(lost)])
                let count = try freed.first?[0].int() ?? 0
                logger.notice(
                    "took over from lost workers",
                    metadata: [
                        "workers": "\(lost)", "freed": "\(count)",
                    ])
            }
            _ = try await connection.query("select ferry_state.forget_plans()")
            return silent
        }
    }
}
