import Postgres

/// The queue is unavailable, and all work has ended: unfinished work is left to others. Distinct
/// from errors of a source or a destination.
public struct QueueUnavailable: Error, CustomStringConvertible {
    /// Why work is not retried any more: an error of PostgreSQL, or of the schema.
    public let reason: any Error

    public var description: String { "the queue is unavailable: \(reason)" }
}

/// The queue rejected a write about a run or a task permanently.
struct QueueRefused: Error, CustomStringConvertible {
    let reason: PostgresError

    var description: String { "the queue refused to record it: \(reason)" }
}
