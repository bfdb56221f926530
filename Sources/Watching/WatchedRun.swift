public import Foundation
import Postgres

/// One run and its progress, as in the view `ferry.runs`.
public struct WatchedRun: Sendable, Equatable {
    public var id: Int64
    public var environment: String
    public var export: String
    public var destination: String
    /// `queued`, `running`, `publishing`, `succeeded`, `failed`, `stopping` or `stopped`.
    public var state: String
    public var tables: Int64
    public var tablesDone: Int64
    public var rows: Int64
    public var bytes: Int64
    /// 0 to 100.
    public var percent: Double
    public var bytesPerSecond: Int64?
    public var secondsLeft: Double?
    /// When a run is retried after a transient error.
    public var retryAt: Date?
    public var errorMessage: String?
    /// The origin of the error: `configuration`, `destination`, `source` or `internal`.
    public var errorOrigin: String?

    public init(
        id: Int64, environment: String = "production", export: String, destination: String = "",
        state: String, tables: Int64 = 0, tablesDone: Int64 = 0, rows: Int64 = 0,
        bytes: Int64 = 0, percent: Double = 0, bytesPerSecond: Int64? = nil,
        secondsLeft: Double? = nil, retryAt: Date? = nil, errorMessage: String? = nil,
        errorOrigin: String? = nil
    ) {
        self.id = id
        self.environment = environment
        self.export = export
        self.destination = destination
        self.state = state
        self.tables = tables
        self.tablesDone = tablesDone
        self.rows = rows
        self.bytes = bytes
        self.percent = percent
        self.bytesPerSecond = bytesPerSecond
        self.secondsLeft = secondsLeft
        self.retryAt = retryAt
        self.errorMessage = errorMessage
        self.errorOrigin = errorOrigin
    }

    /// The error and its origin: `source: tables missing …`.
    var error: String? {
        errorMessage.map { message in (errorOrigin.map { "\($0): " } ?? "") + message }
    }

    /// Whether the run has ended.
    public var isFinished: Bool { ["succeeded", "failed", "stopped"].contains(state) }

    /// Whether its numbers change without an event.
    public var isMoving: Bool { ["running", "publishing", "stopping"].contains(state) }
}

extension WatchedRun {
    /// The columns of ``init(_:)``, of runs `r`.
    static let columns = """
        r.id, r.environment, r.data_export, r.destination, r.state, r.tables, r.tables_done, r.rows,
        r.bytes, r.percent::float8 as percent, r.bytes_per_second,
        r.seconds_left::float8 as seconds_left,
        extract(epoch from r.retry_at)::float8 as retry_at, r.error_message, r.error_origin
        """

    init(_ row: Row) throws {
        self.init(
            id: try row["id"].int64(),
            environment: try row["environment"].string(),
            export: try row["data_export"].string(),
            destination: try row["destination"].string(),
            state: try row["state"].string(),
            tables: try row["tables"].int64(),
            tablesDone: try row["tables_done"].int64(),
            rows: try row["rows"].int64(),
            bytes: try row["bytes"].int64(),
            percent: try row["percent"].double(),
            bytesPerSecond: try row["bytes_per_second"].optionalInt64(),
            secondsLeft: try row["seconds_left"].optionalDouble(),
            retryAt: try row["retry_at"].optionalDouble().map(Date.init(timeIntervalSince1970:)),
            errorMessage: try row["error_message"].optionalString(),
            errorOrigin: try row["error_origin"].optionalString())
    }
}
