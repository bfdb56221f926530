import Values

/// How long a loop waits before it looks at the queue again.
///
/// A loop that found work looks again without a notification, because each notification costs all
/// senders a lock. The longer ago it found work, the longer it waits. Work that was sent while it
/// looked often, but committed later, is found at most a sixteenth later still, and never later
/// than a poll interval.
struct CommandWatch {
    private let pollInterval: Duration
    private var found: ContinuousClock.Instant?

    init(pollInterval: Duration) {
        self.pollInterval = pollInterval
    }

    /// - Parameter start: The start of the look that found work.
    mutating func foundSomething(at start: ContinuousClock.Instant) { found = start }

    /// The current maximum wait.
    func next(now: ContinuousClock.Instant = .now) -> Duration {
        guard let found else { return pollInterval }
        return min(max((now - found) / 16, .milliseconds(1)), pollInterval)
    }
}
