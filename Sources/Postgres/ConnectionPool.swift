/// A bounded set of connections that tasks borrow.
///
/// A connection is opened when one is needed and none is idle. A connection that was lost, left in
/// a transaction or still listens is closed instead of lent again. Other session changes of a
/// borrower (`SET`, temporary tables, advisory locks) stay: undo them, or use a separate
/// connection.
public actor ConnectionPool {
    private enum Grant {
        case connection(Connection)
        /// The right to open a connection.
        case slot
    }

    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Grant, any Error>
    }

    private let options: ConnectionOptions
    /// Maximum number of connections.
    public nonisolated let size: Int
    private var idle: [Connection] = []
    private var count = 0
    private var waiters: [Waiter] = []
    private var nextWaiter = 0
    private var isClosed = false

    /// - Parameter size: Maximum number of connections; at least one.
    public init(_ options: ConnectionOptions, size: Int) {
        self.options = options
        self.size = max(1, size)
    }

    /// Lends a connection to the body; waits, first come, first served, while all are lent.
    ///
    /// - Throws: What the body throws; ``PostgresError/cannotConnect(_:)``;
    ///   ``PostgresError/misuse(_:)`` once the pool is closed; `CancellationError`.
    public nonisolated func withConnection<T: Sendable>(
        _ body: (Connection) async throws -> T
    ) async throws -> T {
        let connection = try await acquire()
        do {
            let value = try await body(connection)
            await release(connection)
            return value
        } catch {
            await release(connection)
            throw error
        }
    }

    /// Closes the idle connections, rejects waiting tasks, and closes each lent one on its return.
    public func close() async {
        isClosed = true
        let refused = waiters
        let closing = idle
        waiters = []
        idle = []
        count -= closing.count
        for waiter in refused { waiter.continuation.resume(throwing: Self.closed) }
        for connection in closing { await connection.close() }
    }

    private static let closed = PostgresError.misuse("the connection pool is closed")

    private func acquire() async throws -> Connection {
        try Task.checkCancellation()
        while let connection = idle.popLast() {
            if await connection.isReusable { return connection }
            count -= 1
            await connection.close()
        }
        if isClosed { throw Self.closed }
        if count < size {
            count += 1
            return try await connect()
        }
        switch try await wait() {
        case .connection(let connection): return connection
        case .slot: return try await connect()
        }
    }

    /// Opens a connection for a counted slot.
    private func connect() async throws -> Connection {
        do {
            return try await Connection.connect(options)
        } catch {
            freeSlot()
            throw error
        }
    }

    private func release(_ connection: Connection) async {
        let isReusable = await connection.isReusable
        guard isReusable, !isClosed else {
            // Counted until it is closed, so that the server never sees more than `size`.
            await connection.close()
            freeSlot()
            return
        }
        if waiters.isEmpty {
            idle.append(connection)
        } else {
            waiters.removeFirst().continuation.resume(returning: .connection(connection))
        }
    }

    private func freeSlot() {
        if waiters.isEmpty {
            count -= 1
        } else {
            waiters.removeFirst().continuation.resume(returning: .slot)
        }
    }

    private func wait() async throws -> Grant {
        nextWaiter += 1
        let id = nextWaiter
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                waiters.append(Waiter(id: id, continuation: continuation))
            }
        } onCancel: {
            Task { await self.leave(id) }
        }
    }

    private func leave(_ id: Int) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        waiters.remove(at: index).continuation.resume(throwing: CancellationError())
    }
}
