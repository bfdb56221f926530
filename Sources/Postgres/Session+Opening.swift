import CLibPQ
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Session {
    /// Connects, and applies the session's settings.
    ///
    /// Blocks for at most `connect_timeout` per host, and one round trip.
    static func open(_ options: ConnectionOptions) throws -> Session {
        let session = try dial(options)
        guard let settings = options.settings else { return session }
        do {
            try session.pin(settings, options)
            return session
        } catch {
            session.close()
            throw error
        }
    }

    private static func dial(_ options: ConnectionOptions) throws -> Session {
        let opened =
            try options.isSelfContained ? PQconnectdb(options.selfContained()) : dialed(options)
        guard let pg = opened else {
            throw PostgresError.cannotConnect("out of memory")
        }
        guard PQstatus(pg) == CONNECTION_OK else {
            defer { PQfinish(pg) }
            throw PostgresError.cannotConnect(options.explained(trimmed(PQerrorMessage(pg))))
        }
        return Session(pg)
    }

    private static func dialed(_ options: ConnectionOptions) throws -> OpaquePointer? {
        let keywords = try options.keywords()
        let texts = keywords.flatMap { [strdup($0.0), strdup($0.1)] }
        defer { for text in texts { free(text) } }
        var keys = stride(from: 0, to: texts.count, by: 2).map { UnsafePointer(texts[$0]) }
        var values = stride(from: 1, to: texts.count, by: 2).map { UnsafePointer(texts[$0]) }
        keys.append(nil)
        values.append(nil)
        return PQconnectdbParams(keys, values, 0)
    }

    /// Applies the session's settings, if it is a real session: behind a connection pooler in
    /// transaction mode, the settings would stay with a backend that another client gets next.
    ///
    /// - Throws: ``PostgresError/cannotConnect(_:)`` behind such a pooler; then nothing was set.
    private func pin(_ settings: SessionSettings, _ options: ConnectionOptions) throws {
        let version = PQserverVersion(pg)
        let backend = try answer(settings.statement(onlyIn: processID, version: version))
        // A pooler reports an invented number to its client.
        if backend == processID { return }
        guard try isKept(backend, options) else {
            throw PostgresError.cannotConnect(LoginRefusal.pooler)
        }
        _ = try answer(settings.statement(onlyIn: nil, version: version))
    }

    /// Whether the pooler reserves the backend for this session: it still answers here, and never
    /// to another client.
    private func isKept(_ backend: Int32, _ options: ConnectionOptions) throws -> Bool {
        for _ in 1...Self.poolerLooks {
            let other = try Session.dial(options)
            defer { other.close() }
            // An exhausted pool makes the other client wait.
            let theirs = try other.answer(Self.ownBackend, within: .seconds(2))
            if theirs == backend { return false }
            if try answer(Self.ownBackend) != backend { return false }
        }
        return true
    }

    private static let poolerLooks = 3
    private static let ownBackend = "SELECT pg_catalog.pg_backend_pid()"

    /// The number that a statement returns first.
    private func answer(_ sql: String) throws -> Int32 {
        guard PQsendQuery(pg, sql) == 1 else { throw failure() }
        guard let row = try collect().first, let number = try Int32(exactly: row[0].int64()) else {
            throw PostgresError.decoding("the server did not return its backend process id")
        }
        return number
    }

    /// - Returns: Nil if it does not answer in time; then only ``close()`` may follow.
    private func answer(_ sql: String, within limit: Duration) throws -> Int32? {
        guard PQsendQuery(pg, sql) == 1 else { throw failure() }
        try flush()
        let deadline = ContinuousClock.now + limit
        while PQisBusy(pg) == 1 {
            let left = deadline - .now
            guard left > .zero else { return nil }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, Int32(left / .milliseconds(1)) + 1) > 0 { try consume() }
        }
        guard let row = try collect().first else { return nil }
        return try Int32(exactly: row[0].int64())
    }
}
