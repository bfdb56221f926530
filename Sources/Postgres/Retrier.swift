import Waiting

/// Repeats work with the queue that an error interrupted, by itself and with growing delays.
///
/// A collision, a lock, a cancelled statement, a lost connection of a pool: none of them is a
/// reason to drop what other loops do. So each statement, or each step of a loop, is repeated where
/// it failed.
public struct Retrier: Sendable {
    /// One attempt of the work.
    public struct Attempt: Sendable {
        /// Whether an earlier attempt may have taken effect: its connection broke before the answer
        /// came. A write that is fenced by a token then affects no row, and yet has happened.
        public let mayHaveHappened: Bool
    }

    /// Which errors are repeated.
    public enum Persistence: Sendable {
        /// All but those that the statement itself is to blame for.
        case unlessRefused
        /// All: the step of a loop that nothing but its end may end. What a person must change is
        /// tried again less often.
        case everything
    }

    private let log: RetryLog
    private let schemaCheck: @Sendable () async throws -> Void
    private let ends: @Sendable (any Error) -> Bool
    private let isOver: @Sendable () -> Bool

    /// - Parameters:
    ///   - schemaCheck: Called when a function or table was not found; throws when the schema is
    ///     not this program's, which ends the work.
    ///   - ends: Which errors end also work that repeats all others.
    ///   - isOver: Whether nothing is to be repeated any more; then the error is thrown.
    public init(
        log: RetryLog, schemaCheck: @escaping @Sendable () async throws -> Void = {},
        ends: @escaping @Sendable (any Error) -> Bool = { _ in false },
        isOver: @escaping @Sendable () -> Bool = { false }
    ) {
        self.log = log
        self.schemaCheck = schemaCheck
        self.ends = ends
        self.isOver = isOver
    }

    /// Does the work until it succeeds.
    ///
    /// - Parameters:
    ///   - work: What it is, for the log: "claim a task".
    ///   - delayMax: The longest wait between attempts. Defaults to 5 seconds.
    /// - Throws: What is not repeated; `CancellationError`; what the check of the schema throws.
    public func run<T: Sendable>(
        _ work: String, _ persistence: Persistence = .unlessRefused,
        delayMax: Duration = .seconds(5),
        _ body: (Attempt) async throws -> T
    ) async throws -> T {
        var backoff = Backoff(delayMax: delayMax)
        var ticket: Int?
        var mayHaveHappened = false
        defer { if let ticket { log.ended(work, ticket: ticket) } }
        while true {
            let begin = ContinuousClock.now
            do {
                return try await body(Attempt(mayHaveHappened: mayHaveHappened))
            } catch {
                let known = error as? PostgresError
                guard isRepeated(error, persistence), !ends(error), !isOver() else { throw error }
                if case .connectionLost? = known { mayHaveHappened = true }
                if .now - begin > Self.lastingAttempt { forget(work, &ticket, &backoff) }
                ticket = log.failed(work, error, ticket: ticket)
                if known?.errorClass == .schemaChanged { try await checkSchema() }
                try await Task.sleep(for: backoff.next(after: known))
            }
        }
    }

    private func isRepeated(_ error: any Error, _ persistence: Persistence) -> Bool {
        switch persistence {
        case .everything: !(error is CancellationError)
        case .unlessRefused: (error as? PostgresError)?.isRepeated ?? false
        }
    }

    /// An attempt that went well for so long was no failure at first: it is another one now.
    private static let lastingAttempt = Duration.seconds(10)

    private func forget(_ work: String, _ ticket: inout Int?, _ backoff: inout Backoff) {
        if let ticket { log.ended(work, ticket: ticket) }
        ticket = nil
        backoff.reset()
    }

    /// A check that fails for a moment says nothing about the schema.
    private func checkSchema() async throws {
        do {
            try await schemaCheck()
        } catch is PostgresError {}
    }
}

extension PostgresError {
    fileprivate var isRepeated: Bool { errorClass != .refused }
}

extension Backoff {
    /// What only a person can change is not asked for every few seconds.
    fileprivate mutating func next(after error: PostgresError?) -> Duration {
        let delay = next()
        let isLasting = error.map { [.refused, .accessRefused].contains($0.errorClass) } ?? true
        return isLasting ? min(delay * 6, .seconds(30)) : delay
    }
}
