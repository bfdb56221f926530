import CLibPQ

/// How a transaction reads.
public enum TransactionMode: Sendable {
    /// READ COMMITTED; can write, if the session can.
    case readWrite
    /// REPEATABLE READ, READ ONLY: every statement sees the same snapshot.
    case snapshot

    var begin: String {
        switch self {
        case .readWrite: "BEGIN ISOLATION LEVEL READ COMMITTED"
        case .snapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        }
    }
}

extension Connection {
    /// Runs the body in a transaction, on the connection's own thread.
    ///
    /// Commits when the body returns. Rolls back when it throws, when the task is cancelled, and
    /// when the body swallowed an error that aborted the transaction, which is thrown as SQLSTATE
    /// 25P02. A started commit is not cancelled any more.
    ///
    /// - Throws: What the body throws; ``PostgresError`` when begin or commit fail. After
    ///   ``PostgresError/connectionLost(_:)`` it is unknown whether the commit took effect.
    public nonisolated func transaction<T: Sendable>(
        _ mode: TransactionMode = .readWrite,
        _ body: @Sendable (isolated Connection) async throws -> T
    ) async throws -> T {
        try await begin(mode)
        do {
            let value = try await body(self)
            try await commit()
            return value
        } catch {
            await rollBack()
            throw error
        }
    }

    private func begin(_ mode: TransactionMode) async throws {
        guard !isInTransaction else {
            throw PostgresError.misuse(
                "a transaction is open on this connection: use it, or another connection")
        }
        isInTransaction = true
        do {
            var begin = mode.begin
            if let limit = transactionIdleLimit {
                let milliseconds = max(Int64(limit / .milliseconds(1)), 1)
                begin += "; SET LOCAL idle_in_transaction_session_timeout = \(milliseconds)"
            }
            try await run(begin)
        } catch {
            isInTransaction = false
            throw error
        }
    }

    private func commit() throws {
        try Task.checkCancellation()
        guard session.lostReason != nil || session.transactionStatus == PQTRANS_INTRANS else {
            throw PostgresError.server(.aborted)
        }
        let rows = try uninterruptible { try session.query("COMMIT", []) }
        if rows.commandTag == "ROLLBACK" { throw PostgresError.server(.aborted) }
        isInTransaction = false
    }

    private func rollBack() {
        isInTransaction = false
        guard session.lostReason == nil, session.transactionStatus != PQTRANS_IDLE else { return }
        // If this fails, the connection is lost and the server rolls back automatically.
        try? uninterruptible { try session.run("ROLLBACK") }
    }
}

extension ServerError {
    /// A commit of a transaction that an earlier, swallowed error had aborted.
    static let aborted = ServerError(
        sqlState: "25P02", severity: "ERROR",
        message: "the transaction was rolled back: an earlier statement in it failed")
}
