/// A position in the event feed from which reading can continue, in this process or another.
///
/// Its text is opaque to clients.
public struct Cursor: Sendable, Hashable, CustomStringConvertible {
    /// The history of the position: ids of transactions and events are meaningless in another.
    public let epoch: Epoch
    /// Everything visible in this snapshot has been returned.
    let seen: String
    /// Within a turn: of what became visible until `now`, everything up to `id` was returned.
    let middle: Middle?

    struct Middle: Sendable, Hashable {
        let now: String
        let id: Int64
    }

    init(epoch: Epoch, seen: String, middle: Middle? = nil) {
        self.epoch = epoch
        self.seen = seen
        self.middle = middle
    }

    /// - Throws: ``FeedError/invalidCursor`` for a text that is not a cursor.
    public init(_ text: String) throws {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 4, let epoch = Epoch(parts[0]),
            Self.isSnapshot(parts[1])
        else { throw FeedError.invalidCursor }
        self.epoch = epoch
        seen = parts[1]
        guard parts.count == 4 else {
            middle = nil
            return
        }
        guard Self.isSnapshot(parts[2]), let id = Int64(parts[3]), id >= 0 else {
            throw FeedError.invalidCursor
        }
        middle = Middle(now: parts[2], id: id)
    }

    public var description: String {
        let place = "\(epoch)~\(seen)"
        guard let middle else { return place }
        return "\(place)~\(middle.now)~\(middle.id)"
    }

    /// The first transaction id that is unknown to the newest snapshot of this cursor.
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

/// One history of a database, as in `ferry.epochs`. The next begins after a crash, a failover or a
/// restore of the database.
public struct Epoch: Sendable, Hashable, CustomStringConvertible {
    /// From 1; 0 is the time before the first.
    public let number: Int
    /// Distinguishes histories with the same number. Empty until the first event of the epoch is
    /// written, and for number 0.
    let key: String

    init(number: Int, key: String) {
        self.number = number
        self.key = key
    }

    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), number >= 0,
            parts[1].utf8.count <= 64, parts[1].allSatisfy(\.isHexDigit)
        else { return nil }
        self.init(number: number, key: String(parts[1]))
    }

    public var description: String { "\(number)-\(key)" }

    /// Whether it had no events yet when this was read.
    var isPending: Bool { number > 0 && key.isEmpty }

    /// Whether the other is the same epoch, which only started in the meantime.
    func became(_ other: Epoch) -> Bool {
        self == other || (number == 0 && other.number == 1)
            || (isPending && number == other.number)
    }
}

/// Why the feed cannot be read from a cursor.
public enum FeedError: Error, Equatable, CustomStringConvertible {
    case invalidCursor
    /// The cursor belongs to another database, or to a history that this one does not know.
    case cursorFromElsewhere

    public var description: String {
        switch self {
        case .invalidCursor:
            "invalid cursor: give the \"cursor\" of an earlier event, unchanged"
        case .cursorFromElsewhere:
            "this cursor does not belong to this database's history: it comes from another "
                + "database, or from history lost in a failover or a restore. Start without a "
                + "cursor"
        }
    }
}
