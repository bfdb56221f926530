import Locks

/// Logs once why work is being retried, again when the reason changes, and once when it succeeds,
/// however many loops have the same error.
///
/// One for each worker.
public final class RetryLog: Sendable {
    public enum Entry: Sendable, Equatable {
        /// - Parameters:
        ///   - work: The work, for example "claim a task".
        ///   - sqlState: Of the server's error; nil for other errors.
        ///   - lasting: Whether it needs an administrator.
        case failing(work: String, reason: String, sqlState: String?, lasting: Bool)
        case recovered(work: String, reason: String)
    }

    private let state = Locked(State())
    private let write: @Sendable (Entry) -> Void

    public init(_ write: @escaping @Sendable (Entry) -> Void) {
        self.write = write
    }

    /// - Parameter ticket: Nil at the first failure of this work.
    /// - Returns: The ticket to give the next time.
    func failed(_ work: String, _ error: any Error, ticket: Int?) -> Int {
        let reason = "\(error)"
        let (ticket, isNews) = state.withLock { $0.failed(reason, ticket) }
        if isNews {
            let error = error as? PostgresError
            write(
                .failing(
                    work: work, reason: reason, sqlState: error?.sqlState,
                    lasting: error?.isTransient != true))
        }
        return ticket
    }

    func ended(_ work: String, ticket: Int) {
        if let reason = state.withLock({ $0.ended(ticket) }) {
            write(.recovered(work: work, reason: reason))
        }
    }

    /// The reasons of current retries.
    private struct State {
        var reasons: [Int: String] = [:]
        var last = 0

        mutating func failed(_ reason: String, _ ticket: Int?) -> (ticket: Int, isNews: Bool) {
            if ticket == nil { last += 1 }
            let ticket = ticket ?? last
            let isNews = !reasons.values.contains(reason)
            reasons[ticket] = reason
            return (ticket, isNews)
        }

        /// - Returns: The reason if no other work fails with it.
        mutating func ended(_ ticket: Int) -> String? {
            guard let reason = reasons.removeValue(forKey: ticket) else { return nil }
            return reasons.values.contains(reason) ? nil : reason
        }
    }
}
