public import Foundation
import Postgres

/// One transition, as in the view `ferry.events`.
public struct WatchedEvent: Sendable, Equatable {
    public var id: Int64
    /// When the transaction that wrote it began, by the database's clock.
    public var at: Date
    public var environment: String
    public var event: String
    public var objectKind: String
    public var objectID: Int64?
    public var objectName: String?
    public var runID: Int64?
    public var commandID: Int64?
    /// The role that caused it.
    public var actor: String
    /// The role that had logged in, which may have acted as another role.
    public var login: String
    /// A JSON object; nil without details.
    public var details: String?

    public init(
        id: Int64, at: Date, environment: String = "production", event: String,
        objectKind: String, objectID: Int64? = nil, objectName: String? = nil,
        runID: Int64? = nil, commandID: Int64? = nil, actor: String, login: String? = nil,
        details: String? = nil
    ) {
        self.id = id
        self.at = at
        self.environment = environment
        self.event = event
        self.objectKind = objectKind
        self.objectID = objectID
        self.objectName = objectName
        self.runID = runID
        self.commandID = commandID
        self.actor = actor
        self.login = login ?? actor
        self.details = details
    }
}

extension WatchedEvent {
    /// The columns of ``init(_:)``, of events `e`.
    static let columns = """
        e.id, extract(epoch from e.at)::float8 as at, e.environment, e.event, e.object_kind,
        e.object_id, e.object_name, e.run_id, e.command_id, e.actor, e.login,
        e.details::text as details
        """

    init(_ row: Row) throws {
        self.init(
            id: try row["id"].int64(),
            at: Date(timeIntervalSince1970: try row["at"].double()),
            environment: try row["environment"].string(),
            event: try row["event"].string(),
            objectKind: try row["object_kind"].string(),
            objectID: try row["object_id"].optionalInt64(),
            objectName: try row["object_name"].optionalString(),
            runID: try row["run_id"].optionalInt64(),
            commandID: try row["command_id"].optionalInt64(),
            actor: try row["actor"].string(),
            login: try row["login"].string(),
            details: try row["details"].optionalString())
    }
}

/// An event, and the position in the feed just after it.
public struct FeedEvent: Sendable, Equatable {
    public var event: WatchedEvent
    public var cursor: Cursor
}
