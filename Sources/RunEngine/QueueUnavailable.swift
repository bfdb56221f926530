import Postgres

/// The queue cannot be used, and the work under way has ended: whatever was begun is left to
/// others. That is something else than an error of a source or a destination.
public struct QueueUnavailable: Error, CustomStringConvertible {
    /// Why nothing is repeated any more: an error of PostgreSQL, or of the schema.
    public let reason: any Error

    public var description: String { "the queue is unavailable: \(reason)" }
}

/// The queue refused what was to be written about a run or a task, and would again.
struct QueueRefused: Error, CustomStringConvertible {
    let reason: PostgresError

    var description: String { "the queue refused to record it: \(reason)" }
}
