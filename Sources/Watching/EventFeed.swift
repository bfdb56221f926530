public import Postgres
import Waiting

/// Every event of a scope, exactly once, in order per object, across reconnects and restarts.
///
/// It reads from snapshot to snapshot: everything that was not visible then and is now, so events
/// are returned whenever their transaction commits. Notifications only say when to look; a slow
/// poll finds what they miss. One connection listens, always drained by its own thread; another
/// reads.
///
/// Snapshots are compared within one epoch of the database only. When another has begun, because of
/// a crash, a failover or a restore, the feed returns a ``Resync`` and continues with everything
/// new.
///
/// One task reads at a time.
public actor EventFeed {
    /// Reports the connection's state; called once each time it breaks and returns.
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

    /// Every transaction with events sends an empty notification on this channel.
    public static let channel = "ferry_events"
    /// A snapshot in which every transaction is visible.
    private static let always = "\(Int64.max):\(Int64.max):"

    private let options: ConnectionOptions
    private let scope: Scope
    private let pollInterval: Duration
    private let pageSize: Int
    private let hooks: Hooks
    private let signal = WakeSignal()

    private var link: FeedLink?
    private var wasConnected = false
    private var retryDelay = Duration.zero
    private var position: Cursor?
    /// The epoch that the reader was last notified of.
    private var known: Epoch?
    /// The epochs of the database while this feed was connected.
    private var epochs: Set<Epoch> = []
    /// Whether the last page was full, so that more events are available.
    public private(set) var isBehind = false

    /// - Parameters:
    ///   - after: Where to continue; nil begins at the moment of ``open()``.
    ///   - pollInterval: How long an event can stay unseen when its notification is lost.
    ///   - pageSize: Maximum number of events per query.
    public init(
        _ options: ConnectionOptions, scope: Scope = .everything, after: Cursor? = nil,
        pollInterval: Duration = .seconds(2), pageSize: Int = 5000, hooks: Hooks = Hooks()
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
    /// - Returns: The position from which events will be returned. Later queries see at least the
    ///   same state.
    /// - Throws: `PostgresError`; ``FeedError/cursorFromElsewhere``.
    public func open() async throws -> Cursor {
        let link = try await FeedLink.connect(options, sending: signal)
        self.link = link
        wasConnected = true
        let end = try await link.end()
        let start = position ?? end.cursor
        guard try await link.knows(start, at: end) else { throw FeedError.cursorFromElsewhere }
        position = start
        known = start.epoch
        epochs = Set(try await link.beginnings(from: 0).map(\.epoch))
        return start
    }

    /// The new events; waits at most this long for them, then returns none.
    ///
    /// A lost connection is not an error: the feed reconnects and continues from its position.
    /// - Throws: `PostgresError` for errors that reconnecting cannot fix; `CancellationError`.
    public func next(within limit: Duration) async throws -> FeedNews {
        let deadline = ContinuousClock.now + limit
        while true {
            try Task.checkCancellation()
            let seen = signal.count
            var pause = pollInterval
            do {
                let page = try await read()
                if let news = page.news { return news }
                if page.hasMore { continue }
            } catch let error as PostgresError where wasConnected && error.isTransient {
                pause = await disconnected(error)
            }
            let left = deadline - ContinuousClock.now
            if left <= .zero { return .events([]) }
            await signal.wait(after: seen, atMost: min(left, pause))
        }
    }

    /// All new events; does not wait for more, nor for a lost connection.
    ///
    /// - Throws: `PostgresError`; events returned before the error are not returned again.
    public func rest(_ body: (FeedNews) async throws -> Void) async throws {
        var end: FeedLink.End?
        while true {
            let page: Page
            do {
                if end == nil { end = try await connected().end() }
                page = try await read(until: end)
            } catch let error as PostgresError where error.isTransient {
                _ = await disconnected(error)
                throw error
            }
            if let news = page.news { try await body(news) }
            if !page.hasMore { return }
        }
    }

    /// Runs another query over the feed's connection, reconnecting if it was lost.
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
        /// Nil when nothing was found.
        var news: FeedNews?
        var hasMore = false
    }

    /// Reads one page of the current turn, or of a new one up to `end` (nil: now).
    private func read(until end: FeedLink.End? = nil) async throws -> Page {
        let link = try await connected()
        let end = if let end { end } else { try await link.end() }
        let start = position ?? end.cursor
        isBehind = false
        if let resync = resync(from: start, at: end) {
            return Page(news: .resync(resync), hasMore: true)
        }
        if start.epoch == end.epoch {
            if start.epoch.isPending { return Page() }
            return try await page(link, from: start, until: start.middle?.now ?? end.now)
        }
        let beginnings = try await link.beginnings(from: start.epoch.number)
        if start.epoch.number == 0 || beginnings.contains(where: { $0.epoch == start.epoch }) {
            // Past epochs no longer change.
            let page = try await page(link, from: start, until: start.middle?.now ?? Self.always)
            if page.news != nil || position?.seen != Self.always { return page }
        }
        // Also one that was pending and has started, or that has the number of an unknown one.
        if let next = beginnings.first(where: { $0.epoch != start.epoch }) {
            position = next
        } else {
            position = try await link.beginning(of: end, unlessIn: epochs)
        }
        epochs.formUnion(beginnings.map(\.epoch))
        return Page(hasMore: true)
    }

    /// The resync that comes first, if any: one for each history that is new to the reader.
    private func resync(from start: Cursor, at end: FeedLink.End) -> Resync? {
        let before = known ?? start.epoch
        known = end.epoch
        if before.became(end.epoch) {
            guard start.epoch == end.epoch, start.horizon > end.cursor.horizon else { return nil }
            // The server is an older copy of itself, and does not know what it lost.
            position = end.cursor
            return Resync(epoch: end.epoch, cursor: end.cursor)
        }
        return Resync(epoch: end.epoch, cursor: start)
    }

    private func page(
        _ link: FeedLink, from start: Cursor, until now: String
    ) async throws -> Page {
        let rows = try await link.events(
            after: start, until: now, atMost: pageSize, scope: scope)
        guard let last = try rows.last?["id"].int64() else {
            position = Cursor(epoch: start.epoch, seen: now)
            // An earlier turn has ended; there may be more since.
            return Page(hasMore: start.middle != nil)
        }
        var events: [FeedEvent] = []
        events.reserveCapacity(rows.count)
        for row in rows where try row["in_scope"].optionalBool() == true {
            let event = try WatchedEvent(row)
            let cursor = Cursor(
                epoch: start.epoch, seen: start.seen, middle: .init(now: now, id: event.id))
            events.append(FeedEvent(event: event, cursor: cursor))
        }
        isBehind = rows.count >= pageSize
        position = Cursor(epoch: start.epoch, seen: start.seen, middle: .init(now: now, id: last))
        return Page(news: events.isEmpty ? nil : .events(events), hasMore: true)
    }
}

// MARK: - Connecting

extension EventFeed {
    private func connected() async throws -> FeedLink {
        if let link { return link }
        let link = try await FeedLink.connect(options, sending: signal)
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
