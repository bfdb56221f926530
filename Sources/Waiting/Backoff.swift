/// How long to wait before failed work is retried: increasingly long, and with jitter, so that work
/// that failed at the same moment is not retried together.
public struct Backoff: Sendable {
    /// Before the second attempt; doubled before each further one.
    public var firstDelay: Duration
    public var delayMax: Duration
    /// The fixed share of a delay; the rest is random. From 0 to 1.
    public var leastShare: Double
    /// The number of consecutive failures.
    public private(set) var failures = 0

    /// - Parameters:
    ///   - firstDelay: Defaults to 100 milliseconds.
    ///   - delayMax: Defaults to 5 seconds.
    ///   - leastShare: Defaults to a half.
    public init(
        firstDelay: Duration = .milliseconds(100), delayMax: Duration = .seconds(5),
        leastShare: Double = 0.5
    ) {
        self.firstDelay = firstDelay
        self.delayMax = delayMax
        self.leastShare = leastShare
    }

    /// The delay after this many consecutive failures, at least 1.
    public func delay(after failures: Int) -> Duration {
        let factor = 1 << min(max(failures, 1) - 1, 16)
        return min(firstDelay * factor, delayMax) * Double.random(in: leastShare...1)
    }

    /// The delay after one more failure.
    public mutating func next() -> Duration {
        failures += 1
        return delay(after: failures)
    }

    /// The work has succeeded.
    public mutating func reset() { failures = 0 }
}
