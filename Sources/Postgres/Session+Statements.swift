import CLibPQ

extension Session {
    /// Maximum number of prepared statements; beyond it all are dropped, so that generated SQL
    /// cannot accumulate.
    static let statementsMax = 256

    /// Runs one statement, prepared on first use.
    func query(_ sql: String, _ parameters: [Value]) throws -> Rows {
        try checkUsable()
        let bound = try BoundParameters(parameters)
        return try retryingStalePlans {
            let name = try prepare(sql)
            let sent = bound.withPointers { values, lengths, formats in
                PQsendQueryPrepared(pg, name, bound.count, values, lengths, formats, 0)
            }
            guard sent == 1 else { throw failure() }
            return try collect()
        }
    }

    /// Runs a script of statements without parameters.
    func run(_ script: String) throws {
        try checkUsable()
        try refuseNUL(in: script)
        guard PQsendQuery(pg, script) == 1 else { throw failure() }
        _ = try collect()
    }

    /// Reads all results; throws the first error once all are read.
    func collect() throws -> Rows {
        try flush()
        var last: Rows?
        var refusal: PostgresError?
        while let result = try nextResult() {
            let status = PQresultStatus(result)
            let rows = Rows(result)
            switch status {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: last = rows
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                refusal = refusal ?? .misuse("COPY from or to the client needs copyIn or copyOut")
                try abandonCopy(status)
            default: refusal = refusal ?? failure(result)
            }
        }
        deliverNotifications()
        if let refusal { throw refusal }
        guard let last else { throw failure() }
        return last
    }

    /// The name under which a statement is prepared; prepares it on first use.
    private func prepare(_ sql: String) throws -> String {
        if let name = statements[sql] { return name }
        try makeRoom(for: 1)
        try refuseNUL(in: sql)
        let name = newStatementName()
        guard PQsendPrepare(pg, name, sql, 0, nil) == 1 else { throw failure() }
        _ = try collect()
        statements[sql] = name
        return name
    }

    func newStatementName() -> String {
        nextStatement += 1
        return "ferry_\(nextStatement)"
    }

    /// Drops all prepared statements if these would be too many.
    func makeRoom(for count: Int) throws {
        guard statements.count + count > Self.statementsMax, !statements.isEmpty else { return }
        guard transactionStatus != PQTRANS_INERROR else { return }
        guard PQsendQuery(pg, "DEALLOCATE ALL") == 1 else { throw failure() }
        _ = try collect()
        statements.removeAll()
    }

    /// Prepares a statement again that the server no longer knows or whose result changed with the
    /// schema.
    ///
    /// In a transaction such an error aborts it, so there the caller must retry.
    func retryingStalePlans<T>(_ body: () throws -> T) throws -> T {
        let isAlone = transactionStatus == PQTRANS_IDLE
        do {
            return try body()
        } catch PostgresError.server(let error) where isStale(error) {
            statements.removeAll()
            guard isAlone, transactionStatus == PQTRANS_IDLE else {
                throw PostgresError.server(error)
            }
            return try body()
        }
    }

    private func isStale(_ error: ServerError) -> Bool {
        error.sqlState == "26000"
            || (error.sqlState == "0A000" && error.routine == "RevalidateCachedQuery")
    }

    /// Sends all statements in one pipeline. The first error stops the rest and is thrown.
    func pipeline(_ batch: [Statement]) throws -> [Rows] {
        try checkUsable()
        guard !batch.isEmpty else { return [] }
        let bound = try batch.map { try BoundParameters($0.parameters) }
        for statement in batch { try refuseNUL(in: statement.sql) }
        return try retryingStalePlans {
            try makeRoom(for: batch.count)
            guard PQenterPipelineMode(pg) == 1 else { throw failure() }
            // Fails only if results are left over, so that later results would be ambiguous.
            defer { if PQexitPipelineMode(pg) != 1 { lost("a pipeline was not finished") } }
            var names: [String: String] = [:]
            var prepares: [String?] = []
            for (statement, parameters) in zip(batch, bound) {
                var name = statements[statement.sql] ?? names[statement.sql]
                let isNew = name == nil
                if isNew {
                    let fresh = newStatementName()
                    name = fresh
                    names[statement.sql] = fresh
                    guard PQsendPrepare(pg, fresh, statement.sql, 0, nil) == 1 else {
                        throw failure()
                    }
                }
                prepares.append(isNew ? statement.sql : nil)
                let sent = parameters.withPointers { values, lengths, formats in
                    PQsendQueryPrepared(
                        pg, name, parameters.count, values, lengths, formats, 0)
                }
                guard sent == 1 else { throw failure() }
            }
            guard PQpipelineSync(pg) == 1 else { throw failure() }
            try flush()
            return try collectPipeline(prepares: prepares, names: names)
        }
    }

    private func collectPipeline(
        prepares: [String?], names: [String: String]
    ) throws -> [Rows] {
        var rows: [Rows] = []
        rows.reserveCapacity(prepares.count)
        var refusal: PostgresError?
        for sql in prepares {
            if let sql {
                let prepared = try pipelineResult(&refusal)
                if prepared != nil { statements[sql] = names[sql] }
            }
            if let result = try pipelineResult(&refusal) { rows.append(result) }
        }
        // The synchronisation point itself.
        if let result = try nextResult() {
            if PQresultStatus(result) != PGRES_PIPELINE_SYNC {
                refusal = refusal ?? failure(result)
            }
            PQclear(result)
        }
        deliverNotifications()
        if let refusal { throw refusal }
        return rows
    }

    private func pipelineResult(_ refusal: inout PostgresError?) throws -> Rows? {
        var rows: Rows?
        while let result = try nextResult() {
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: rows = Rows(result)
            case PGRES_PIPELINE_ABORTED: PQclear(result)
            default:
                refusal = refusal ?? failure(result)
                PQclear(result)
            }
        }
        if rows == nil && refusal == nil { throw failure() }
        return rows
    }
}
