import Values

/// How long a loop waits before it looks at the queue again.
///
/// A loop that found something looks again by itself, so that senders need not notify it: each
/// notification costs all senders a lock. The longer ago it found something, the longer it waits.
/// So what was sent while it looked often, and committed later, is found a sixteenth later still,
/// and never more than a poll interval.
struct CommandWatch {
    private let pollInterval: Duration
    private var found: ContinuousClock.Instant?

    init(pollInterval: Duration) {
        self.pollInterval = pollInterval
    }

    /// - Parameter start: When the look began that found something.
    mutating func foundSomething(at start: ContinuousClock.Instant) { found = start }

    /// The longest time to wait now.
    func next(now: ContinuousClock.Instant = .now) -> Duration {
        guard let found else { return pollInterval }
        return min(max((now - found) / 16, .milliseconds(1)), pollInterval)
    }
}
