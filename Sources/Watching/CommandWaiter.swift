public import Postgres

/// Waits for commands to end. Needs no more rights than sending commands does.
public struct CommandWaiter: Sendable {
    private let options: ConnectionOptions
    private let pollInterval: Duration

    /// - Parameter pollInterval: How late an outcome can be seen when its notification is lost.
    public init(_ options: ConnectionOptions, pollInterval: Duration = .seconds(2)) {
        self.options = options
        self.pollInterval = pollInterval
    }

    /// Waits until the command has ended, connecting again when the connection is lost.
    ///
    /// - Parameters:
    ///   - timeout: How long at most; nil waits for ever.
    ///   - connection: A connection to begin with.
    /// - Returns: The command; not finished when the time was up; nil when the caller has none
    ///   with this id.
    /// - Throws: `PostgresError` for what connecting again cannot mend; `CancellationError`.
    public func outcome(
        of id: Int64, timeout: Duration? = nil, connection: Connection
    ) async throws -> Command? {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        var reader: Connection? = connection
        let bell = Bell()
        var listening: Task<Void, Never>?
        defer { listening?.cancel() }
        var last: Command?
        while true {
            try Task.checkCancellation()
            let seen = bell.rings
            do {
                if listening == nil {
                    listening = try await listen(ringing: bell)
                }
                let current: Connection
                if let reader {
                    current = reader
                } else {
                    current = try await Connection.connect(options)
                }
                reader = current
                last = try await current.query(Command.query, [.int(id)]).first
                    .map { try Command($0) }
                guard let last, !last.isFinished else { return last }
            } catch let error as PostgresError where error.isTransient {
                reader = nil
                listening?.cancel()
                listening = nil
                if deadline == nil || last == nil, case .cannotConnect = error { throw error }
            }
            let left = deadline.map { $0 - ContinuousClock.now } ?? pollInterval
            if left <= .zero { return last }
            await bell.wait(
                after: seen, atMost: min(left, reader == nil ? .milliseconds(200) : pollInterval))
        }
    }

    private func listen(ringing bell: Bell) async throws -> Task<Void, Never> {
        let listener = try await Connection.connect(options)
        let notifications = try await listener.listen([EventFeed.channel])
        return Task {
            do { for try await _ in notifications { bell.ring() } } catch { bell.ring() }
            await listener.close()
        }
    }
}
