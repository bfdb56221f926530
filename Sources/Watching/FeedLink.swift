import Postgres
import Waiting

/// The two connections of a feed: one listens, the other reads.
struct FeedLink: Sendable {
    let listener: Connection
    let reader: Connection
    let listening: Task<Void, Never>

    /// The current end of the feed.
    struct End: Sendable {
        let epoch: Epoch
        let now: String

        var cursor: Cursor { Cursor(epoch: epoch, seen: now) }
    }

    static func connect(_ options: ConnectionOptions, sending signal: WakeSignal) async throws
        -> FeedLink
    {
        let listener = try await Connection.connect(options)
        let notifications = try await listener.listen([EventFeed.channel])
        let reader = try await Connection.connect(options)
        let listening = Task {
            do {
                for try await _ in notifications { signal.send() }
            } catch {
                // Only a lost connection ends the stream. The reader, on the same server, notices
                // it with its next query; without a listener it would keep polling.
                await reader.close()
            }
            signal.send()
        }
        return FeedLink(listener: listener, reader: reader, listening: listening)
    }

    func close() async {
        listening.cancel()
        await listener.close()
        await reader.close()
    }

    func end() async throws -> End {
        let row = try await reader.query("select epoch, key, now::text from ferry.feed_position()")[
            0]
        return End(
            epoch: Epoch(number: try row[0].int(), key: try row[1].string()),
            now: try row[2].string())
    }

    /// Whether the database has this position in its history.
    func knows(_ cursor: Cursor, at end: End) async throws -> Bool {
        let epoch = cursor.epoch
        if epoch.became(end.epoch) {
            return epoch != end.epoch
                || cursor.horizon <= Cursor(epoch: epoch, seen: end.now).horizon
        }
        if epoch.number == 0 { return true }
        if epoch.isPending { return epoch.number <= end.epoch.number }
        return try await beginnings(from: epoch.number).first?.epoch == epoch
    }

    /// Where the epochs with this number and later ones begin, as far as they have.
    func beginnings(from number: Int) async throws -> [Cursor] {
        try await reader.query(
            """
            select number, key, first_xact::text from ferry.epochs
             where number >= $1 order by number
            """, [.int(Int64(number))]
        ).map { row in
            let first = try row[2].string()
            return Cursor(
                epoch: Epoch(number: try row[0].int(), key: try row[1].string()),
                seen: "\(first):\(first):")
        }
    }

    /// Where to continue after a history that this database does not know.
    func beginning(of end: End, unlessIn epochs: Set<Epoch>) async throws -> Cursor {
        if epochs.contains(end.epoch) { return end.cursor }
        return try await beginnings(from: end.epoch.number).first ?? end.cursor
    }

    /// Some of the events that became visible until `now`, after those that the cursor knows;
    /// none when these were all.
    func events(
        after start: Cursor, until now: String, atMost limit: Int, scope: Scope
    ) async throws -> Rows {
        try await reader.query(
            """
            select \(WatchedEvent.columns), (\(scope.eventCondition(parameter: 6))) as in_scope
              from ferry.events_between($1::text::pg_snapshot, $2::text::pg_snapshot, $3,
                                        $4::integer, $5::integer) as e
             order by e.id
            """,
            [
                .text(start.seen), .text(now), .int(start.middle?.id ?? 0), .int(Int64(limit)),
                .int(Int64(start.epoch.number)),
            ] + scope.parameters)
    }
}
