import CommandProcessing

/// How long a loop waits before it looks at the queue again.
///
/// A loop that found something looks again by itself for a while, so that senders need not notify
/// it: each notification costs all senders a lock. The longer ago it found something, the longer it
/// waits; in the end, until it is notified.
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
        let idle = now - found
        // A sender that counted on this loop has a second for its commit to take effect.
        if idle > CommandProcessor.awake + .seconds(1) { return pollInterval }
        return min(max(idle / 16, .milliseconds(1)), pollInterval)
    }
}
