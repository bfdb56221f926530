/// How long to wait before work that failed is tried again: ever longer, and never exactly as long
/// as others who failed at the same moment.
public struct Backoff: Sendable {
    /// Before the second attempt; doubled before each further one.
    public var firstDelay: Duration
    public var delayMax: Duration
    /// How much of a delay is always waited; the rest is up to chance. From 0 to 1.
    public var leastShare: Double
    /// How often the work has failed in a row.
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

    /// The delay after so many failures in a row, at least 1.
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
