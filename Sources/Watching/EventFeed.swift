public import Postgres

/// Every event of a scope, exactly once, in order per object, across reconnects and restarts.
///
/// It reads from snapshot to snapshot: all that was not visible then and is now, so an event is
/// given whenever its transaction commits. Notifications only say when to look; a slow poll
/// finds what they miss. One connection listens, always drained by its own thread; another
/// reads.
///
/// One task reads at a time.
public actor EventFeed {
    /// What to tell about the connection; called once each time it breaks and comes back.
    public struct Hooks: Sendable {
        public var onDisconnect: @Sendable (_ reason: String) -> Void
        public var onReconnect: @Sendable () -> Void

        public init(
            onDisconnect: @escaping @Sendable (String) -> Void = { _ in },
            onReconnect: @escaping @Sendable () -> Void = {}
        ) {
            self.onDisconnect = onDisconnect
            self.onReconnect = onReconnect
        }
    }

    /// The channel on which every transaction with events sends an empty notification.
    public static let channel = "ferry_events"

    private let options: ConnectionOptions
    private let scope: Scope
    private let pollInterval: Duration
    private let pageSize: Int
    private let hooks: Hooks
    private let bell = Bell()

    private var link: Link?
    private var wasConnected = false
    private var retryDelay = Duration.zero
    private var position: Cursor?

    /// - Parameters:
    ///   - after: Where to go on; nil begins at the moment of ``open()``.
    ///   - pollInterval: How long an event can stay unseen when its notification is lost.
    ///   - pageSize: The most events read at once.
    public init(
        _ options: ConnectionOptions, scope: Scope = .everything, after: Cursor? = nil,
        pollInterval: Duration = .seconds(2), pageSize: Int = 1000, hooks: Hooks = Hooks()
    ) {
        self.options = options
        self.scope = scope
        self.pollInterval = pollInterval
        self.pageSize = max(1, pageSize)
        self.hooks = hooks
        position = after
    }

    /// Connects, listens and takes the cursor, in this order.
    ///
    /// - Returns: The place from which events will be given. What is read from the database after
    ///   this is at least as new.
    /// - Throws: `PostgresError`; ``FeedError/cursorFromElsewhere``.
    public func open() async throws -> Cursor {
        let link = try await connect()
        self.link = link
        wasConnected = true
        let now = Cursor(seen: try await link.snapshot())
        let start = position ?? now
        guard start.horizon <= now.horizon else { throw FeedError.cursorFromElsewhere }
        position = start
        return start
    }

    /// The next events; waits for one at most this long, then returns none.
    ///
    /// A lost connection is no error: the feed connects again and goes on where it was.
    /// - Throws: `PostgresError` for what connecting again cannot mend; `CancellationError`.
    public func next(within limit: Duration) async throws -> [FeedEvent] {
        let deadline = ContinuousClock.now + limit
        while true {
            try Task.checkCancellation()
            let seen = bell.rings
            var pause = pollInterval
            do {
                let page = try await read()
                if !page.events.isEmpty { return page.events }
                if page.hasMore { continue }
            } catch let error as PostgresError where wasConnected && error.isTransient {
                pause = await disconnected(error)
            }
            let left = deadline - ContinuousClock.now
            if left <= .zero { return [] }
            await bell.wait(after: seen, atMost: min(left, pause))
        }
    }

    /// All events that are visible now; does not wait for more, nor for a lost connection.
    ///
    /// - Throws: `PostgresError`; what was given before the error is not given again.
    public func rest(_ body: ([FeedEvent]) async throws -> Void) async throws {
        var end: String?
        while true {
            let page: Page
            do {
                if end == nil { end = try await connected().snapshot() }
                page = try await read(until: end)
            } catch let error as PostgresError where error.isTransient {
                _ = await disconnected(error)
                throw error
            }
            if !page.events.isEmpty { try await body(page.events) }
            if !page.hasMore { return }
        }
    }

    /// Reads something else over the feed's connection, connecting again when it was lost.
    public func query(_ sql: String, _ parameters: [Value] = []) async throws -> Rows {
        do {
            return try await connected().reader.query(sql, parameters)
        } catch let error as PostgresError where error.isTransient {
            _ = await disconnected(error)
            throw error
        }
    }

    public func close() async {
        await link?.close()
        link = nil
    }
}

// MARK: - Reading

extension EventFeed {
    private struct Page {
        var events: [FeedEvent] = []
        var hasMore = false
    }

    /// Reads one page of the turn that is under way, or of a new one up to `end` (nil: now).
    private func read(until end: String? = nil) async throws -> Page {
        let link = try await connected()
        let start: Cursor
        if let position {
            start = position
        } else {
            start = Cursor(seen: try await link.snapshot())
        }
        let now: String
        if let middle = start.middle {
            now = middle.now
        } else if let end {
            now = end
        } else {
            now = try await link.snapshot()
        }
        let rows = try await link.reader.query(
            """
            select \(Event.columns), (\(scope.eventCondition(parameter: 5))) as in_scope
              from ferry.events_between($1::text::pg_snapshot, $2::text::pg_snapshot, $3, $4) as e
             order by e.id
            """,
            [
                .text(start.seen), .text(now), .int(start.middle?.id ?? 0),
                .int(Int64(pageSize)),
            ] + scope.parameters)
        var page = Page()
        var last: Int64 = 0
        for row in rows {
            last = try row["id"].int64()
            guard try row["in_scope"].optionalBool() == true else { continue }
            page.events.append(
                FeedEvent(
                    event: try Event(row),
                    cursor: Cursor(seen: start.seen, middle: .init(now: now, id: last))))
        }
        if rows.count < pageSize {
            // A turn that was begun before `end` is over; there may be more until then.
            page.hasMore = start.middle != nil
            position = Cursor(seen: now)
        } else {
            page.hasMore = true
            position = Cursor(seen: start.seen, middle: .init(now: now, id: last))
        }
        return page
    }
}

// MARK: - Connecting

extension EventFeed {
    /// The two connections of the feed.
    private struct Link: Sendable {
        let listener: Connection
        let reader: Connection
        let listening: Task<Void, Never>

        func snapshot() async throws -> String {
            try await reader.query("select pg_current_snapshot()::text")[0][0].string()
        }

        func close() async {
            listening.cancel()
            await listener.close()
            await reader.close()
        }
    }

    private func connect() async throws -> Link {
        let listener = try await Connection.connect(options)
        let notifications = try await listener.listen([Self.channel])
        let reader = try await Connection.connect(options)
        let bell = bell
        let listening = Task {
            do {
                for try await _ in notifications { bell.ring() }
            } catch {
                // Only a lost connection ends the stream. The reader, which had the same server,
                // learns it from its next query; without a listener it would go on polling.
                await reader.close()
            }
            bell.ring()
        }
        return Link(listener: listener, reader: reader, listening: listening)
    }

    private func connected() async throws -> Link {
        if let link { return link }
        let link = try await connect()
        self.link = link
        retryDelay = .zero
        if wasConnected { hooks.onReconnect() }
        wasConnected = true
        return link
    }

    /// - Returns: How long to wait before the next attempt.
    private func disconnected(_ error: PostgresError) async -> Duration {
        if let link {
            await link.close()
            self.link = nil
            hooks.onDisconnect(error.description)
            retryDelay = .zero
            return .zero
        }
        retryDelay = min(max(retryDelay * 2, .milliseconds(100)), .seconds(2))
        return retryDelay
    }
}
