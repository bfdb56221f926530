/// A place in the feed of events from which it can be read on, in this process or another.
///
/// Its text is opaque to those who keep it.
public struct Cursor: Sendable, Hashable, CustomStringConvertible {
    /// The history that the place is in: ids of transactions and events mean nothing in another.
    public let epoch: Epoch
    /// Everything visible in this snapshot has been given.
    let seen: String
    /// In the middle of a turn: of what became visible until `now`, all up to `id` was given.
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

/// One history of a database, as `ferry.epochs` has it. The next begins after a crash, a failover
/// or a restore of the database.
public struct Epoch: Sendable, Hashable, CustomStringConvertible {
    /// From 1; 0 is what was before the first.
    public let number: Int
    /// Tells two histories with the same number from each other. Empty while none of the epoch's
    /// events was written, and for number 0.
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

    /// Whether none of its events was there yet when this was read.
    var isPending: Bool { number > 0 && key.isEmpty }

    /// Whether a reader that knew this one learns nothing from the other: it only began meanwhile.
    func became(_ other: Epoch) -> Bool {
        self == other || (number == 0 && other.number == 1)
            || (isPending && number == other.number)
    }
}

/// Why the feed cannot be read as it was asked for.
public enum FeedError: Error, Equatable, CustomStringConvertible {
    case invalidCursor
    /// The cursor was given by another database, or by a history that this one has no record of.
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
