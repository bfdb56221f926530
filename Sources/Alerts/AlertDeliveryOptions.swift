public import Credentials

/// How a worker delivers the messages of alerts.
public struct AlertDeliveryOptions: Sendable {
    /// The credentials that alerts may name. Those of the environment by default.
    public var credentials = WorkerCredentials()
    /// The command lines that alerts may run on this worker, each a program's path and its
    /// arguments. Defaults to none.
    public var allowedPrograms: [[String]] = []
    /// Number of messages delivered concurrently; one per alert. Defaults to 8.
    public var concurrency = 8
    /// How long a web server may take to answer. Defaults to 15 seconds.
    public var answerTimeout: Duration = .seconds(15)
    /// How long a program may run. Defaults to 1 minute.
    public var programTimeout: Duration = .seconds(60)
    /// The wait after the first failed attempt; each further one doubles it. Defaults to 2 seconds.
    public var firstDelay: Duration = .seconds(2)
    /// The longest wait between attempts. Defaults to 15 minutes.
    public var delayMax: Duration = .seconds(900)

    public init() {}

    /// How long a claim of a message is valid: longer than any attempt.
    var lease: Duration { max(answerTimeout, programTimeout) + .seconds(30) }

    /// Between half of the full delay and all of it, so that messages that failed together are not
    /// retried together; or as long as the receiver requests, if that is longer.
    func delay(afterAttempt attempt: Int, retryAfter: Duration?) -> Duration {
        var delay = firstDelay
        for _ in 1..<max(attempt, 1) where delay < delayMax { delay *= 2 }
        delay = min(delay, delayMax) * Double.random(in: 0.5...1)
        return max(delay, retryAfter ?? .zero)
    }
}
