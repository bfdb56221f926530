import CLibPQ

/// A `COPY … FROM STDIN` that is written in pieces; see ``Connection/feed(_:)``.
///
/// The connection accepts no other statement until the COPY is finished or abandoned. Used by one
/// task at a time.
public final class CopyFeed: Sendable {
    private let connection: Connection
    private let ticket: UInt64

    init(_ connection: Connection, _ ticket: UInt64) {
        self.connection = connection
        self.ticket = ticket
    }

    /// Sends the next bytes, at most 1 GiB, split anywhere. Returns once they are sent.
    ///
    /// A rejected row may be reported only when the COPY is finished.
    /// - Throws: ``PostgresError``; `CancellationError`. The COPY is over then.
    public func write(_ bytes: [UInt8]) async throws {
        try await connection.put(bytes, ticket)
    }

    /// Ends the COPY.
    ///
    /// - Returns: How many rows the server stored.
    /// - Throws: ``PostgresError``; `CancellationError`.
    public func finish() async throws -> Int {
        try await connection.finishFeed(ticket)
    }

    /// Makes the server discard all rows. Does nothing once the COPY has ended.
    public func abandon() async {
        await connection.abandonFeed(ticket)
    }
}

extension Connection {
    /// Starts a `COPY … FROM STDIN` for a caller that pushes its bytes. To pull them, use
    /// ``copyIn(_:_:)``.
    ///
    /// - Throws: ``PostgresError``; `CancellationError`.
    public func feed(_ sql: String) async throws -> CopyFeed {
        let ticket = try beginCopy(sql)
        try await fed(ticket) { try self.openCopy(sql, PGRES_COPY_IN) }
        return CopyFeed(self, ticket)
    }

    fileprivate func put(_ bytes: [UInt8], _ ticket: UInt64) async throws {
        try checkFeed()
        try await fed(ticket) { try self.put(bytes) }
    }

    fileprivate func finishFeed(_ ticket: UInt64) async throws -> Int {
        try checkFeed()
        return try await fed(ticket) { try self.finishCopyIn(ticket) }
    }

    fileprivate func abandonFeed(_ ticket: UInt64) {
        guard session.copyState == .writing else { return }
        _ = stopCopy(CancellationError(), ticket)
    }

    private func checkFeed() throws {
        if let reason = session.lostReason { throw PostgresError.connectionLost(reason) }
        guard session.copyState == .writing else {
            throw PostgresError.misuse("the COPY is over: start another one")
        }
    }

    private func fed<T>(_ ticket: UInt64, _ work: () throws -> T) async throws -> T {
        let gate = session.gate
        do {
            return try await withTaskCancellationHandler {
                // While it waits for rows, the server ignores cancel requests.
                try Task.checkCancellation()
                return try self.carriedOut(work)
            } onCancel: {
                gate.request(ticket)
            }
        } catch {
            throw stopCopy(error, ticket)
        }
    }

    // A closure that does not mention `self` is not isolated: it would wait on Swift's own pool.
    private func carriedOut<T>(_ work: () throws -> T) rethrows -> T { try work() }
}
