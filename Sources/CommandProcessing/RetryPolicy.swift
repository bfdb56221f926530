import Waiting

/// How often and when a failed command is retried.
///
/// Only for technical failures; a rejected command is not retried.
public struct RetryPolicy: Sendable {
    /// Attempts before the command ends as failed. At least 1. Defaults to 20, about 15 minutes:
    /// longer than a server takes to restart or to fail over.
    public var attemptsMax: Int
    /// The wait after the first attempt; each further one doubles it. Defaults to 1 second.
    public var firstDelay: Duration
    /// The longest wait. Defaults to 1 minute.
    public var delayMax: Duration

    public init(
        attemptsMax: Int = 20, firstDelay: Duration = .seconds(1),
        delayMax: Duration = .seconds(60)
    ) {
        self.attemptsMax = attemptsMax
        self.firstDelay = firstDelay
        self.delayMax = delayMax
    }

    /// Seconds to wait after this many attempts; randomly up to a quarter less, so that commands
    /// that failed together are not retried together.
    func delay(after attempts: Int) -> Double {
        let backoff = Backoff(firstDelay: firstDelay, delayMax: delayMax, leastShare: 0.75)
        return backoff.delay(after: attempts) / .seconds(1)
    }
}
