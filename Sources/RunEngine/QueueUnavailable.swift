public import Postgres

/// The database that holds the queue cannot be reached: whatever was begun has to be let go of,
/// which is something else than a trouble with a source or a destination.
public struct QueueUnavailable: Error {
    public let reason: PostgresError
}
