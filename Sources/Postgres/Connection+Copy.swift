import CLibPQ

extension Connection {
    /// Runs a `COPY … TO STDOUT` and passes its rows to the body in large chunks.
    ///
    /// The server is read only as fast as the body processes the chunks. The body runs where the
    /// caller does; in the body of ``isolated(_:)`` or ``transaction(_:_:)`` that is the
    /// connection's own thread, which it may block. The connection accepts no other statement until
    /// the COPY ends.
    ///
    /// - Parameters:
    ///   - chunkBytes: A chunk is passed on once it has this many bytes; it may be larger by one
    ///     row. Defaults to 256 KiB. The body may set other limits for the next chunk.
    ///   - rowsOfFirstChunk: Maximum number of rows of the first chunk: 1 for only a header.
    ///     Defaults to no limit.
    ///   - body: When it throws, the COPY is canceled on the server and the error thrown.
    /// - Returns: The counts, only if the server confirmed that the COPY is complete.
    /// - Throws: ``PostgresError``; `CancellationError`; what the body throws.
    public nonisolated func copyOut(
        _ sql: String, chunkBytes: Int = 256 * 1024, rowsOfFirstChunk: Int = 0,
        _ body: (CopyChunk) async throws -> Void
    ) async throws -> CopyResult {
        let ticket = try await beginCopy(sql)
        let gate = session.gate
        return try await withTaskCancellationHandler {
            do {
                try await openCopy(sql, PGRES_COPY_OUT)
                let chunk = CopyChunk(capacity: chunkBytes + 64 * 1024, bytesMax: chunkBytes)
                if rowsOfFirstChunk > 0 { chunk.rowsMax = rowsOfFirstChunk }
                var rows = 0
                while try await fill(chunk) {
                    chunk.rowsMax = .max
                    rows += chunk.rows
                    try await body(chunk)
                }
                return CopyResult(rows: rows, tagRows: try await finishCopyOut(ticket))
            } catch {
                throw await stopCopy(error, ticket)
            }
        } onCancel: {
            gate.request(ticket)
        }
    }

    /// Runs a `COPY … FROM STDIN` with the bytes that `next` returns.
    ///
    /// - Parameter next: Returns the next bytes, at most 1 GiB, split anywhere; nil ends the COPY.
    ///   Called only after the server has received the previous bytes. When it throws, the server
    ///   discards all rows and the error is thrown.
    /// - Returns: How many rows the server stored.
    /// - Throws: ``PostgresError``; `CancellationError`; what `next` throws.
    @discardableResult
    public nonisolated func copyIn(
        _ sql: String, _ next: () async throws -> [UInt8]?
    ) async throws -> Int {
        let ticket = try await beginCopy(sql)
        let gate = session.gate
        return try await withTaskCancellationHandler {
            do {
                try await openCopy(sql, PGRES_COPY_IN)
                while let bytes = try await next() {
                    // While it waits for rows, the server ignores cancel requests.
                    try Task.checkCancellation()
                    try await put(bytes)
                }
                try Task.checkCancellation()
                return try await finishCopyIn(ticket)
            } catch {
                throw await stopCopy(error, ticket)
            }
        } onCancel: {
            gate.request(ticket)
        }
    }

    func beginCopy(_ sql: String) throws -> UInt64 {
        try Task.checkCancellation()
        try session.checkUsable()
        try refuseNUL(in: sql)
        session.isCopying = true
        return session.gate.begin()
    }

    func openCopy(_ sql: String, _ status: ExecStatusType) throws {
        try session.openCopy(sql, expecting: status)
    }

    private func fill(_ chunk: CopyChunk) throws -> Bool {
        try session.fill(chunk)
    }

    func put(_ bytes: [UInt8]) throws {
        try session.put(bytes)
    }

    private func finishCopyOut(_ ticket: UInt64) throws -> Int {
        let rows = try session.finishCopyOut()
        endCopy(ticket)
        return rows
    }

    func finishCopyIn(_ ticket: UInt64) throws -> Int {
        let rows = try session.finishCopyIn()
        endCopy(ticket)
        return rows
    }

    /// Ends a failed COPY; returns the error to throw.
    func stopCopy(_ error: any Error, _ ticket: UInt64) -> any Error {
        let error = explained(error, ticket)
        // The server's answer to the cancellation is not relevant.
        try? session.stopCopy()
        endCopy(ticket)
        return error
    }

    private func endCopy(_ ticket: UInt64) {
        session.isCopying = false
        end(ticket)
    }
}
