import Postgres
import Values

/// A session that a migration waits for.
public struct LockHolder: Sendable, Hashable, CustomStringConvertible {
    public let processID: Int
    /// Empty for a session of the server itself.
    public let user: String
    /// The application name; empty if it has none.
    public let application: String
    /// As in `pg_stat_activity`, such as `idle in transaction`; nil if the role cannot see it.
    public let state: String?
    /// For how long it has been in this state; nil if the role cannot see it.
    public let seconds: Double?

    public var description: String {
        var text = "session \(processID)"
        if !user.isEmpty { text += " of \(user)" }
        if !application.isEmpty { text += " (\(application))" }
        if let state { text += ", \(state)" }
        if let seconds { text += " for \(Int64(max(0, seconds))) s" }
        return text
    }
}

/// Other sessions held locks for longer than the time limit. Nothing was changed.
public struct MigrationBlocked: Error, CustomStringConvertible {
    public let holders: [LockHolder]
    public let waited: Duration

    public var description: String {
        let names = holders.map(\.description).joined(separator: "; ")
        return "timed out after waiting \(waited.components.seconds) s for locks"
            + (names.isEmpty ? "" : " of \(names)")
    }

    /// The hint.
    public var hint: String {
        let ends = holders.map { "select pg_terminate_backend(\($0.processID))" }
        return (ends.isEmpty ? "" : "End that transaction (\(ends.joined(separator: "; "))), or ")
            + "try again with a longer --timeout."
    }
}

/// Observes whom a session waits for.
struct LockWatch {
    private let looking: Task<[LockHolder], Never>

    init(of session: Int32, over connection: Connection) {
        looking = Task {
            var last: [LockHolder] = []
            while !Task.isCancelled {
                if let holders = try? await Self.holders(of: session, connection), !holders.isEmpty
                {
                    last = holders
                }
                try? await Task.sleep(for: .milliseconds(100))
            }
            return last
        }
    }

    /// - Returns: The sessions that it waited for last.
    func end() async -> [LockHolder] {
        looking.cancel()
        return await looking.value
    }

    private static func holders(
        of session: Int32, _ connection: Connection
    ) async throws -> [LockHolder] {
        try await connection.query(
            """
            select a.pid, coalesce(a.usename, '') as usename,
                   coalesce(a.application_name, '') as application_name, a.state,
                   extract(epoch from clock_timestamp() - a.state_change)::float8 as seconds
              from (select distinct unnest(pg_blocking_pids($1::integer))) as b (pid)
              join pg_catalog.pg_stat_activity as a on a.pid = b.pid
             order by a.pid
            """, [.int(Int64(session))]
        ).map { row in
            LockHolder(
                processID: try row["pid"].int(), user: try row["usename"].string(),
                application: try row["application_name"].string(),
                state: try row["state"].optionalString(),
                seconds: try row["seconds"].optionalDouble())
        }
    }
}

/// How long all statements of one transaction wait for locks in total.
final class LockBudget: Sendable {
    private let end: ContinuousClock.Instant

    init(_ limit: Duration) { end = .now + limit }

    /// A statement that limits the waiting of the following ones.
    var limit: String {
        let left = Int64((end - .now) / .milliseconds(1))
        // A statement that took long without waiting can still test whether a lock is free.
        return "set local lock_timeout = \(max(50, left));\n"
    }
}
