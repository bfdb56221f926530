public import Foundation

/// The next result of the feed.
public enum FeedNews: Sendable, Equatable {
    /// New events, in order; none when only time has passed.
    case events([FeedEvent])
    /// The database's history changed.
    case resync(Resync)

    /// The events; empty for a resync.
    public var events: [FeedEvent] {
        if case .events(let events) = self { events } else { [] }
    }
}

/// The database went back to an earlier state: it recovered from a crash, a standby was promoted,
/// or it was restored.
///
/// Some returned events may no longer exist, and the new epoch may reuse their ids, so state that
/// was built from them must be read again. After this, the feed returns everything new: each event
/// of the new epoch, and those of the old one that were not returned yet.
public struct Resync: Sendable, Equatable {
    public var epoch: Epoch
    /// The position in the feed just before the new events.
    public var cursor: Cursor

    public static let message =
        "the database recovered from a crash, a failover or a restore; "
        + "events above may be gone, events below are new"

    /// The text in a list of events.
    public func line(at date: Date) -> WatchedEvent {
        WatchedEvent(id: 0, at: date, event: Self.message, objectKind: "resync", actor: "")
    }
}
