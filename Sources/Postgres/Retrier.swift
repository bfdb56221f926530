import Waiting

/// Retries work with the queue after errors, automatically and with growing delays.
///
/// A collision, a lock, a cancelled statement, a lost connection of a pool: none of them is a
/// reason to stop other loops. So each statement, or each step of a loop, is retried where it
/// failed.
public struct Retrier: Sendable {
    /// One attempt of the work.
    public struct Attempt: Sendable {
        /// Whether an earlier attempt may have taken effect: its connection broke before the answer
        /// arrived. A write that is fenced by a token then affects no row, although it took effect.
        public let mayHaveHappened: Bool
    }

    /// The errors that are retried.
    public enum Persistence: Sendable {
        /// All but those caused by the statement itself.
        case unlessRefused
        /// All: for steps of loops that no error may end. Errors that need an administrator are
        /// retried less often.
        case everything
    }

    private let log: RetryLog
    private let schemaCheck: @Sendable () async throws -> Void
    private let ends: @Sendable (any Error) -> Bool
    private let isOver: @Sendable () -> Bool

    /// - Parameters:
    ///   - schemaCheck: Called if a function or table was not found; throws when the schema is not
    ///     this program's, which ends the work.
    ///   - ends: Errors that end even work that retries all others.
    ///   - isOver: Whether retries have ended; then the error is thrown.
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
    ///   - work: Its name in the log: "claim a task".
    ///   - delayMax: The longest wait between attempts. Defaults to 5 seconds.
    /// - Throws: Errors that are not retried; `CancellationError`; errors of the schema check.
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

    /// An attempt that worked for this long is not a repeated failure: the delays start again.
    private static let lastingAttempt = Duration.seconds(10)

    private func forget(_ work: String, _ ticket: inout Int?, _ backoff: inout Backoff) {
        if let ticket { log.ended(work, ticket: ticket) }
        ticket = nil
        backoff.reset()
    }

    /// A transient failure of the check says nothing about the schema.
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
    /// Errors that need an administrator are not retried every few seconds.
    fileprivate mutating func next(after error: PostgresError?) -> Duration {
        let delay = next()
        let isLasting = error.map { [.refused, .accessRefused].contains($0.errorClass) } ?? true
        return isLasting ? min(delay * 6, .seconds(30)) : delay
    }
}
