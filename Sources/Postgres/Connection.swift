import CLibPQ
import Locks

/// A connection to a PostgreSQL server.
///
/// Each blocks only its own thread, so waiting never blocks other Swift tasks. Statements are sent
/// with bound parameters and stay prepared for their next use. Cancelling the task that runs a
/// statement cancels it on the server; the connection can be used again.
///
/// A connection serves one task at a time: statements of two tasks are interleaved, even within a
/// transaction. Use one connection per task from a ``ConnectionPool``. To save a hop per query, run
/// many small queries in the body of ``transaction(_:_:)`` or ``isolated(_:)``, and a round trip
/// per query by ``pipeline(_:)``.
public actor Connection {
    let session: Session
    let executor: ThreadExecutor
    /// The server's process for this connection, as in `pg_stat_activity.pid`.
    public nonisolated let serverProcessID: Int32
    /// See ``ConnectionOptions/transactionIdleLimit``.
    public nonisolated let transactionIdleLimit: Duration?
    var listening: Listening?
    var nextListening = 0
    var isInTransaction = false

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    private init(
        _ session: Session, on executor: ThreadExecutor, transactionIdleLimit: Duration?
    ) {
        self.session = session
        self.transactionIdleLimit = transactionIdleLimit
        self.executor = executor
        serverProcessID = session.processID
    }

    deinit {
        let session = session
        executor.stop { session.close() }
    }

    /// Connects to the server.
    ///
    /// - Throws: ``PostgresError/cannotConnect(_:)``; `CancellationError`.
    public static func connect(_ options: ConnectionOptions) async throws -> Connection {
        try Task.checkCancellation()
        let executor = ThreadExecutor(name: "ferry-postgres")
        let attempt = ConnectAttempt()
        do {
            let session = try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    attempt.start(continuation)
                    executor.run {
                        let outcome = Result { try Session.open(options) }
                        // There is no caller any more: the task was cancelled.
                        if !attempt.finish(outcome) { try? outcome.get().close() }
                    }
                }
            } onCancel: {
                _ = attempt.finish(.failure(CancellationError()))
            }
            return Connection(
                session, on: executor, transactionIdleLimit: options.transactionIdleLimit)
        } catch {
            executor.stop {}
            throw error
        }
    }

    /// Runs one statement and returns its rows.
    ///
    /// - Parameter parameters: The values of `$1`, `$2` …
    /// - Throws: ``PostgresError``; `CancellationError` when the task is cancelled.
    public func query(_ sql: String, _ parameters: [Value] = []) async throws -> Rows {
        try await interruptible { try session.query(sql, parameters) }
    }

    /// Runs one statement.
    ///
    /// - Returns: The number of affected rows.
    /// - Throws: As ``query(_:_:)`` does.
    @discardableResult
    public func execute(_ sql: String, _ parameters: [Value] = []) async throws -> Int {
        try await query(sql, parameters).affectedRows
    }

    /// Runs a script: several statements, no parameters, no rows.
    ///
    /// Without a transaction of its own or around it, the script is one transaction.
    /// - Throws: The first error, after which the rest was not run.
    public func run(_ script: String) async throws {
        try await interruptible { try session.run(script) }
    }

    /// Runs several statements in one round trip.
    ///
    /// Outside a transaction they are one. On an error those after it do not run.
    /// - Returns: The rows of each statement.
    /// - Throws: The first error.
    public func pipeline(_ statements: [Statement]) async throws -> [Rows] {
        try await interruptible { try session.pipeline(statements) }
    }

    /// Runs the body on the connection's own thread, where each query costs no hop.
    ///
    /// The body may block that thread, which delays only this connection.
    public nonisolated func isolated<T: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> T
    ) async throws -> T {
        try await body(self)
    }

    /// Cancels the connection's current work, which then throws ``PostgresError/canceled``.
    ///
    /// Safe at any time and from any thread; does nothing if nothing runs. Never blocks.
    public nonisolated func cancel() {
        session.gate.request()
    }

    /// Whether the connection can run a statement: it is not lost, closed or busy with a COPY.
    ///
    /// Looks at the socket, so a connection that the server has ended is detected.
    public var isUsable: Bool {
        defer { endListening() }
        return session.probe()
    }

    /// Whether the connection can be lent again.
    var isReusable: Bool { isUsable && !isInTransactionBlock && listening == nil }

    /// Whether a transaction block is open.
    public var isInTransactionBlock: Bool {
        session.lostReason == nil && session.transactionStatus != PQTRANS_IDLE
    }

    /// Sets the handler of server notices. They are dropped until this is called.
    public func onNotice(_ handler: (@Sendable (Notice) -> Void)?) {
        session.onNotice = handler
    }

    /// Closes the connection. Later calls throw ``PostgresError/connectionLost(_:)``.
    public func close() async {
        let stream = listening?.stream
        forgetListening()
        stream?.finish()
        session.close()
    }

    /// Runs work that is canceled on the server when the task is cancelled.
    func interruptible<T>(_ work: () throws -> T) async throws -> T {
        try Task.checkCancellation()
        try session.checkUsable()
        let gate = session.gate
        let ticket = gate.begin()
        defer { end(ticket) }
        do {
            return try await withTaskCancellationHandler {
                try self.onOwnThread(work)
            } onCancel: {
                gate.request(ticket)
            }
        } catch {
            throw explained(error, ticket)
        }
    }

    // A closure that does not mention `self` is not isolated: it would wait on Swift's own pool.
    private func onOwnThread<T>(_ work: () throws -> T) rethrows -> T { try work() }

    /// Runs work that must be finished even when the task is cancelled.
    func uninterruptible<T>(_ work: () throws -> T) throws -> T {
        let ticket = session.gate.begin()
        defer { end(ticket) }
        return try work()
    }

    func end(_ ticket: UInt64) {
        if !session.gate.end(ticket) { session.lost("a cancel request is not answered") }
        if session.lostReason != nil { endListening() }
    }

    /// The error to throw if our own cancel request may have caused the given one.
    func explained(_ error: any Error, _ ticket: UInt64) -> any Error {
        guard let error = error as? PostgresError, session.gate.isRequested(ticket)
        else { return error }
        if error.sqlState == "57014" {
            return Task.isCancelled ? CancellationError() : PostgresError.canceled
        }
        // A server that takes too long to react to the request is cut off.
        return Task.isCancelled && session.lostReason != nil ? CancellationError() : error
    }
}

/// Passes the outcome of a connection attempt once, to the waiting caller.
private final class ConnectAttempt: @unchecked Sendable {
    private let monitor = Monitor()
    private var continuation: CheckedContinuation<Session, any Error>?
    private var early: Result<Session, any Error>?
    private var isFinished = false

    func start(_ continuation: CheckedContinuation<Session, any Error>) {
        let known = monitor.locked {
            if early == nil { self.continuation = continuation }
            return early
        }
        if let known { continuation.resume(with: known) }
    }

    /// - Returns: False if there already was an outcome.
    func finish(_ outcome: Result<Session, any Error>) -> Bool {
        let (isFirst, waiting) = monitor.locked {
            let isFirst = !isFinished
            isFinished = true
            let waiting = isFirst ? continuation : nil
            continuation = nil
            if isFirst && waiting == nil { early = outcome }
            return (isFirst, waiting)
        }
        waiting?.resume(with: outcome)
        return isFirst
    }
}
