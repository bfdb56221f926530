import Postgres

/// The state of a watcher at one moment.
public struct WatchState: Sendable, Equatable {
    /// Active runs, oldest first, then the last finished ones.
    public var runs: [WatchedRun] = []
    /// The watched command.
    public var command: WatchedCommand?
    /// The last events, oldest first.
    public var events: [WatchedEvent] = []
    /// Why the connection was lost; nil if it was not.
    public var connectionError: String?

    public init(
        runs: [WatchedRun] = [], command: WatchedCommand? = nil, events: [WatchedEvent] = [],
        connectionError: String? = nil
    ) {
        self.runs = runs
        self.command = command
        self.events = events
        self.connectionError = connectionError
    }

    /// Whether the frame changes without an event.
    public var isMoving: Bool { runs.contains(where: \.isMoving) }

    /// How the watched run or command ended; nil if it has not, or if the scope is neither.
    public func outcome(of scope: Scope) -> Outcome? {
        switch scope {
        case .everything, .export: nil
        case .command: command?.outcome
        case .run:
            // The command may end without starting the run.
            runs.first?.outcome ?? (runs.isEmpty ? endedWithoutRun : nil)
        }
    }

    /// Whether the scope names something that exists.
    public func holds(_ scope: Scope) -> Bool {
        switch scope {
        case .everything, .export: true
        case .command: command != nil
        case .run: !runs.isEmpty || command?.startsRun == true
        }
    }

    private var endedWithoutRun: Outcome? {
        // An applied command has created its run in the same transaction.
        command?.outcome == .succeeded ? nil : command?.outcome
    }

    /// Adds events, dropping the oldest beyond the limit.
    public mutating func add(_ new: [WatchedEvent], limit: Int = 200) {
        events = Array((events + new).suffix(limit))
    }
}

extension EventFeed {
    /// Whether a data export with this name exists, whatever its case.
    public func hasExport(named name: String) async throws -> Bool {
        let rows = try await query(
            """
            select exists (select from ferry.data_exports where lower(name) = lower($1))
                or exists (select from ferry.runs where data_export_key = lower($1))
            """, [.text(name)])
        return try rows.first?[0].bool() ?? false
    }

    /// Reads runs and command of the scope again; events and the rest are kept.
    ///
    /// - Parameter finished: How many finished runs to show besides active ones.
    public func refresh(
        _ state: WatchState, scope: Scope, finished: Int = 10
    ) async throws -> WatchState {
        var state = state
        let rows = try await query(
            """
            (select \(WatchedRun.columns) from ferry.runs as r
              where r.id = any (array(
                    select r.id from ferry.runs as r
                     where r.finished_at is null and (\(scope.runCondition))
                     order by r.id limit 200))
              order by r.id)
            union all
            (select * from (
                select \(WatchedRun.columns) from ferry.runs as r
                 where r.finished_at is not null and (\(scope.runCondition))
                 order by r.id desc limit \(max(0, finished))) as f order by f.id)
            """, scope.parameters)
        state.runs = try rows.map { try WatchedRun($0) }
        switch scope {
        case .everything, .export: break
        case .run(let id), .command(let id):
            state.command = try await query(WatchedCommand.query, [.int(id)]).first.map {
                try WatchedCommand($0)
            }
        }
        state.connectionError = nil
        return state
    }
}
