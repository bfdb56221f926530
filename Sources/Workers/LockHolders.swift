import Logging
import Postgres

/// Logs who holds the locks that this worker waits for.
struct LockHolders: Sendable {
    private let database: ConnectionOptions
    private let logger: Logger

    init(_ database: ConnectionOptions, _ logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// Looks a moment later, when the retried statement waits again. A failed look is not logged.
    func name() {
        Task {
            try await Task.sleep(for: .seconds(1))
            let connection = try await Connection.connect(database)
            let rows = try await connection.query(Self.query)
            await connection.close()
            for row in rows {
                let (pid, user) = (try row[0].int(), try row[1].optionalString() ?? "unknown")
                let application = try row[2].optionalString() ?? "unknown"
                let (state, age) = (
                    try row[3].optionalString() ?? "unknown", try row[4].optionalInt() ?? 0
                )
                logger.warning(
                    "a lock that this worker waits for is held by another session",
                    metadata: [
                        "pid": "\(pid)", "user": "\(user)", "application": "\(application)",
                        "state": "\(state)", "transaction_seconds": "\(age)",
                    ])
            }
        }
    }

    /// Sessions that block sessions of our role, and do not wait themselves.
    private static let query = """
        select distinct holder.pid, holder.usename::text, holder.application_name, holder.state,
               extract(epoch from clock_timestamp() - holder.xact_start)::integer
          from pg_catalog.pg_stat_activity as waiting
         cross join lateral unnest(pg_catalog.pg_blocking_pids(waiting.pid)) as blocking (pid)
          join pg_catalog.pg_stat_activity as holder on holder.pid = blocking.pid
         where waiting.datname = current_database() and waiting.usename = current_user
           and waiting.wait_event_type = 'Lock'
           and cardinality(pg_catalog.pg_blocking_pids(holder.pid)) = 0
         limit 5
        """
}
