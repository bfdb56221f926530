import CLibPQ

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Session {
    /// A COPY that has sent this many bytes is long enough to batch its reads.
    private static let bytesOfLongCopy = 64 * 1024
    /// In microseconds.
    private static let gatheringTime: useconds_t = 500

    /// Sends a COPY and waits until the server is ready for its data.
    func openCopy(_ sql: String, expecting status: ExecStatusType) throws {
        try refuseNUL(in: sql)
        // The text may contain parts of users: sent this way it is exactly one statement. A written
        // COPY is a script: otherwise it could not be ended after a failure.
        let sent =
            status == PGRES_COPY_OUT
            ? PQsendQueryParams(pg, sql, 0, nil, nil, nil, nil, 0) : PQsendQuery(pg, sql)
        guard sent == 1 else { throw failure() }
        try flush()
        guard let result = try nextResult() else { throw failure() }
        defer { PQclear(result) }
        let actual = PQresultStatus(result)
        if actual == status {
            copyState = status == PGRES_COPY_OUT ? .reading : .writing
            copiedBytes = 0
            return
        }
        switch actual {
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            try abandonCopy(actual)
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
        default:
            let error = failure(result)
            _ = try? collect()
            throw error
        }
        _ = try? collect()
        let wanted = status == PGRES_COPY_OUT ? "COPY … TO STDOUT" : "COPY … FROM STDIN"
        throw PostgresError.misuse("the statement is not a \(wanted)")
    }

    /// Reads rows up to this many bytes.
    ///
    /// - Returns: False if there are no more rows.
    func fill(_ chunk: CopyChunk) throws -> Bool {
        chunk.begin()
        let (bytes, rows) = (max(1, chunk.bytesMax), max(1, chunk.rowsMax))
        var row: UnsafeMutablePointer<CChar>?
        var isDrained = false
        while copyState == .reading, !chunk.isClosed, chunk.count < bytes, chunk.rows < rows {
            let length = PQgetCopyData(pg, &row, 1)
            switch length {
            case 0:
                // libpq reads little from the socket at once: only then check for more.
                if isDrained {
                    try awaitCopyData(isLong: copiedBytes + chunk.count >= Self.bytesOfLongCopy)
                } else {
                    try consume()
                }
                isDrained.toggle()
            case -1: copyState = .ending
            case ..<0: throw failure()
            default:
                if let row { chunk.append(row, Int(length)) }
                isDrained = false
            }
        }
        copiedBytes += chunk.count
        return chunk.rows > 0
    }

    /// Waits until the server has sent something; in a long COPY for a moment in any case.
    ///
    /// The server sends 8 KiB at a time. Waking for each costs the reader more than all its other
    /// work, and the server a sixth of its time or more. Meanwhile the server continues: the socket
    /// buffers a moment's data.
    private func awaitCopyData(isLong: Bool) throws {
        if isLong { usleep(Self.gatheringTime) }
        try awaitInput()
    }

    /// Whether the server completed the COPY: the end of its rows alone does not say so.
    func finishCopyOut() throws -> Int {
        copyState = .none
        return try collect().affectedRows
    }

    func put(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        let sent = bytes.withUnsafeBytes { buffer in
            PQputCopyData(
                pg, buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(clamping: buffer.count))
        }
        guard sent == 1 else { throw failure() }
        try flush()
    }

    func finishCopyIn() throws -> Int {
        copyState = .none
        guard PQputCopyEnd(pg, nil) == 1 else { throw failure() }
        return try collect().affectedRows
    }

    /// Ends a COPY without its remaining data, so that the connection can be used again.
    func stopCopy() throws {
        let state = copyState
        copyState = .none
        guard lostReason == nil, state != .none else { return }
        switch state {
        case .reading: try abandonCopy(PGRES_COPY_OUT)
        case .writing: try abandonCopy(PGRES_COPY_IN)
        default: break
        }
        _ = try collect()
    }

    func abandonCopy(_ status: ExecStatusType) throws {
        guard status != PGRES_COPY_IN else {
            guard PQputCopyEnd(pg, "the client canceled the COPY") == 1 else { throw failure() }
            return try flush()
        }
        gate.request()
        var row: UnsafeMutablePointer<CChar>?
        while true {
            let length = PQgetCopyData(pg, &row, 1)
            if length < 0 { return }
            if length == 0 { try awaitInput() } else { PQfreemem(row) }
        }
    }
}
