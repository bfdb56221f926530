import Postgres

/// The status of a command, as in the view `ferry.command_status`.
public struct WatchedCommand: Sendable, Equatable {
    public var id: Int64
    public var command: String
    /// `queued`, `scheduled`, `retrying`, `applied`, `rejected`, `failed` or `canceled`.
    public var state: String
    public var errorCode: String?
    public var message: String?
    public var hint: String?

    public init(
        id: Int64, command: String, state: String, errorCode: String? = nil,
        message: String? = nil, hint: String? = nil
    ) {
        self.id = id
        self.command = command
        self.state = state
        self.errorCode = errorCode
        self.message = message
        self.hint = hint
    }

    /// Whether it starts a run, which has the command's id.
    var startsRun: Bool {
        ["run_orchestration", "retry_run", "restart_run", "skip_task"].contains(command)
    }

    public var isFinished: Bool {
        ["applied", "rejected", "failed", "canceled"].contains(state)
    }
}

extension WatchedCommand {
    static let query = """
        select id, command, state, error_code, message, hint
          from ferry.command_status where id = $1
        """

    init(_ row: Row) throws {
        self.init(
            id: try row["id"].int64(),
            command: try row["command"].string(),
            state: try row["state"].string(),
            errorCode: try row["error_code"].optionalString(),
            message: try row["message"].optionalString(),
            hint: try row["hint"].optionalString())
    }
}
