/// How long to wait before work that failed is tried again: ever longer, and never exactly as long
/// as others who failed at the same moment.
public struct Backoff: Sendable {
    /// Before the second attempt; doubled before each further one.
    public var firstDelay: Duration
    public var delayMax: Duration
    /// How often the work has failed in a row.
    public private(set) var failures = 0

    /// - Parameters:
    ///   - firstDelay: Defaults to 100 milliseconds.
    ///   - delayMax: Defaults to 5 seconds.
    public init(
        firstDelay: Duration = .milliseconds(100), delayMax: Duration = .seconds(5)
    ) {
        self.firstDelay = firstDelay
        self.delayMax = delayMax
    }

    /// The next delay: between half of what it is due to be and all of it.
    public mutating func next() -> Duration {
        failures += 1
        let factor = 1 << min(failures - 1, 16)
        return min(firstDelay * factor, delayMax) * Double.random(in: 0.5...1)
    }

    /// The work has succeeded.
    public mutating func reset() { failures = 0 }
}
