public import Foundation

/// What the feed gives next.
public enum FeedNews: Sendable, Equatable {
    /// New events, in order; none when only time has passed.
    case events([FeedEvent])
    /// The database's history changed.
    case resync(Resync)

    /// The events; none of a resync.
    public var events: [FeedEvent] {
        if case .events(let events) = self { events } else { [] }
    }
}

/// The database went back to an earlier state: it recovered from a crash, a standby was promoted,
/// or it was restored.
///
/// Some events that were given may be gone, and their ids may come again in the new epoch, so
/// whatever was built from them must be read again. After this the feed gives all that is new:
/// each event of the new epoch, and those of the old one that were not given yet.
public struct Resync: Sendable, Equatable {
    public var epoch: Epoch
    /// The place in the feed just before what is new.
    public var cursor: Cursor

    public static let message =
        "the database recovered from a crash, a failover or a restore; "
        + "events above may be gone, events below are new"

    /// What a list of events shows instead of an event.
    public func line(at date: Date) -> WatchedEvent {
        WatchedEvent(id: 0, at: date, event: Self.message, objectKind: "resync", actor: "")
    }
}
