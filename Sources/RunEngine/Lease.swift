import Locks
import Values

/// Whether this worker may still act: its lease in the database, by its own monotonic clock.
///
/// The deadline is counted from before the heartbeat was sent, so it ends no later than the lease
/// that the database holds. After it, the worker must assume that others have taken over.
public final class Lease: Sendable {
    private let deadline: Locked<ContinuousClock.Instant>

    public init(until deadline: ContinuousClock.Instant) {
        self.deadline = Locked(deadline)
    }

    public func renew(until deadline: ContinuousClock.Instant) {
        self.deadline.withLock { $0 = deadline }
    }

    public var isHeld: Bool { deadline.withLock { $0 } > .now }

    /// - Throws: ``LeaseLost``
    public func check() throws {
        if !isHeld { throw LeaseLost() }
    }
}

/// The lease has expired or was revoked: all work under it is lost.
public struct LeaseLost: Error {
    public init() {}
}
