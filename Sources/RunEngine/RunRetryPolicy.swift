/// When a run is retried after a transient error.
public struct RunRetryPolicy: Sendable {
    /// The wait after the first attempt; each further one doubles it. Defaults to 2 seconds.
    public var firstDelay: Duration
    /// The longest wait between attempts. Defaults to 1 minute.
    public var delayMax: Duration
    /// The longest wait between attempts to publish a stuck run. Defaults to 5 minutes.
    public var slowDelayMax: Duration
    /// How long after its first start a run is retried, and how long after its publication was
    /// recorded a run counts as stuck. Defaults to 2 hours.
    public var deadline: Duration

    public init(
        firstDelay: Duration = .seconds(2), delayMax: Duration = .seconds(60),
        slowDelayMax: Duration = .seconds(300), deadline: Duration = .seconds(7200)
    ) {
        self.firstDelay = firstDelay
        self.delayMax = delayMax
        self.slowDelayMax = slowDelayMax
        self.deadline = deadline
    }

    /// Between half of the full delay and all of it, so that runs that failed together are not
    /// retried together.
    func delay(afterAttempt attempt: Int) -> Duration { delay(attempt, upTo: delayMax) }

    /// The same for a stuck run.
    func slowDelay(afterAttempt attempt: Int) -> Duration { delay(attempt, upTo: slowDelayMax) }

    private func delay(_ attempt: Int, upTo longest: Duration) -> Duration {
        var delay = firstDelay
        for _ in 1..<max(attempt, 1) where delay < longest { delay *= 2 }
        return min(delay, longest) * Double.random(in: 0.5...1)
    }
}
