public import Postgres
import Waiting

/// Waits for commands to end. Needs no more rights than sending commands does.
public struct CommandWaiter: Sendable {
    private let options: ConnectionOptions
    private let pollInterval: Duration
    private let hooks: EventFeed.Hooks

    /// - Parameters:
    ///   - pollInterval: How late an outcome can be seen when its notification is lost.
    ///   - hooks: Called each time the connection breaks and returns, and when the reason changes.
    public init(
        _ options: ConnectionOptions, pollInterval: Duration = .seconds(2),
        hooks: EventFeed.Hooks = EventFeed.Hooks()
    ) {
        self.options = options
        self.pollInterval = pollInterval
        self.hooks = hooks
    }

    /// Waits until the command has ended, reconnecting for as long as the server is unavailable.
    ///
    /// - Parameters:
    ///   - timeout: Maximum duration; nil waits without limit.
    ///   - connection: The initial connection.
    /// - Returns: The command; not finished if it timed out; nil if the caller has none with this
    ///   id.
    /// - Throws: `PostgresError` that reconnecting cannot fix, or, if the command was never read in
    ///   time, the last error; `CancellationError`.
    public func outcome(
        of id: Int64, timeout: Duration? = nil, connection: Connection
    ) async throws -> WatchedCommand? {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        var reader: Connection? = connection
        let signal = WakeSignal()
        var listening: Task<Void, Never>?
        defer { listening?.cancel() }
        var last: WatchedCommand?
        var lost: PostgresError?
        while true {
            try Task.checkCancellation()
            let seen = signal.count
            do {
                if listening == nil {
                    listening = try await listen(sending: signal)
                }
                let current: Connection
                if let reader {
                    current = reader
                } else {
                    current = try await Connection.connect(options)
                }
                reader = current
                last = try await current.query(WatchedCommand.query, [.int(id)]).first
                    .map { try WatchedCommand($0) }
                if lost != nil { hooks.onReconnect() }
                lost = nil
                guard let last, !last.isFinished else { return last }
            } catch let error as PostgresError where error.isTransient {
                reader = nil
                listening?.cancel()
                listening = nil
                // A changed reason is reported again: the server is back, but rejects us.
                if lost != error { hooks.onDisconnect(error.description) }
                lost = error
            }
            let left = deadline.map { $0 - ContinuousClock.now } ?? pollInterval
            if left <= .zero {
                if last == nil, let lost { throw lost }
                return last
            }
            await signal.wait(
                after: seen, atMost: min(left, reader == nil ? .milliseconds(200) : pollInterval))
        }
    }

    private func listen(sending signal: WakeSignal) async throws -> Task<Void, Never> {
        let listener = try await Connection.connect(options)
        let notifications = try await listener.listen([EventFeed.channel])
        return Task {
            do { for try await _ in notifications { signal.send() } } catch { signal.send() }
            await listener.close()
        }
    }
}
