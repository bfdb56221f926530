import CLibPQ

/// A message of the server that is not an error: `NOTICE`, `WARNING` …
public struct Notice: Sendable, Equatable {
    public let severity: String
    public let sqlState: String
    public let message: String
    public let hint: String?

    init(_ result: OpaquePointer?) {
        let fields = ServerError(result: result)
        severity = fields.severity
        sqlState = fields.sqlState
        message = fields.message
        hint = fields.hint
    }
}

/// A NOTIFY message of a session. Any role can send one: it is a hint, not a fact.
public struct Notification: Sendable, Equatable {
    public let channel: String
    public let payload: String
    public let senderProcessID: Int32

    init(_ notification: PGnotify) {
        channel = notification.relname.map { String(cString: $0) } ?? ""
        payload = notification.extra.map { String(cString: $0) } ?? ""
        senderProcessID = notification.be_pid
    }
}
