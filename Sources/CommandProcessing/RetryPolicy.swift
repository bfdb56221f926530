/// How often and when a command that could not be carried out is tried again.
///
/// Only for technical failures; a command that a rule rejects is not tried again.
public struct RetryPolicy: Sendable {
    /// Attempts before the command ends as failed. At least 1. Defaults to 6, about half a minute.
    public var attemptsMax: Int
    /// The wait after the first attempt; each further one doubles it. Defaults to 1 second.
    public var firstDelay: Duration

    public init(attemptsMax: Int = 6, firstDelay: Duration = .seconds(1)) {
        self.attemptsMax = attemptsMax
        self.firstDelay = firstDelay
    }

    /// Seconds to wait after this many attempts, at most 5 minutes.
    func delay(afterAttempt attempt: Int) -> Double {
        var seconds = firstDelay / .seconds(1)
        for _ in 1..<max(attempt, 1) { seconds *= 2 }
        return min(seconds, 300)
    }
}
