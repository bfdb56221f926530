/// A place in the feed of events from which it can be read on, in this process or another.
///
/// Its text is opaque to whoever keeps it.
public struct Cursor: Sendable, Hashable, CustomStringConvertible {
    /// Everything visible in this snapshot has been given.
    let seen: String
    /// In the middle of a turn: of what became visible until `now`, all up to `id` was given.
    let middle: Middle?

    struct Middle: Sendable, Hashable {
        let now: String
        let id: Int64
    }

    init(seen: String, middle: Middle? = nil) {
        self.seen = seen
        self.middle = middle
    }

    /// - Throws: ``FeedError/invalidCursor`` for a text that is not a cursor.
    public init(_ text: String) throws {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 1 || parts.count == 3, Self.isSnapshot(parts[0]) else {
            throw FeedError.invalidCursor
        }
        seen = parts[0]
        guard parts.count == 3 else {
            middle = nil
            return
        }
        guard Self.isSnapshot(parts[1]), let id = Int64(parts[2]), id >= 0 else {
            throw FeedError.invalidCursor
        }
        middle = Middle(now: parts[1], id: id)
    }

    public var description: String {
        guard let middle else { return seen }
        return "\(seen)~\(middle.now)~\(middle.id)"
    }

    /// The first transaction id that the newest snapshot of this cursor knows nothing of.
    var horizon: UInt64 {
        let snapshot = middle?.now ?? seen
        let fields = snapshot.split(separator: ":", omittingEmptySubsequences: false)
        return fields.count > 1 ? UInt64(fields[1]) ?? 0 : 0
    }

    /// Whether the text is a `pg_snapshot`: `xmin:xmax:xip,xip…`.
    private static func isSnapshot(_ text: String) -> Bool {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 3, let xmin = UInt64(fields[0]), let xmax = UInt64(fields[1]),
            xmin > 0, xmin <= xmax
        else { return false }
        if fields[2].isEmpty { return true }
        return fields[2].split(separator: ",", omittingEmptySubsequences: false)
            .allSatisfy { UInt64($0) != nil }
    }
}

/// Why the feed cannot be read as it was asked for.
public enum FeedError: Error, Equatable, CustomStringConvertible {
    case invalidCursor
    /// The cursor is ahead of this server: it was given by another one.
    case cursorFromElsewhere

    public var description: String {
        switch self {
        case .invalidCursor:
            "this is not a cursor: give the \"cursor\" of an earlier event, as it was written"
        case .cursorFromElsewhere:
            "this cursor is ahead of this server, so it comes from another one: "
                + "start without a cursor"
        }
    }
}
