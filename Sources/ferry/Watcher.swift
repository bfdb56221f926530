import Foundation
import Locks
import Postgres
import Watching

/// Follows the feed and shows it, until the watched run or command has ended.
final class Watcher: Sendable {
    private let scope: Scope
    private let after: Cursor?
    private let view: any WatchView
    private let feed: EventFeed
    private let loss: ConnectionLoss

    init(
        _ options: ConnectionOptions = QueueDatabase.options, scope: Scope, after: Cursor?,
        view: any WatchView
    ) {
        self.scope = scope
        self.after = after
        self.view = view
        let loss = ConnectionLoss()
        self.loss = loss
        feed = EventFeed(
            options, scope: scope, after: after,
            hooks: EventFeed.Hooks(
                onDisconnect: { reason in
                    loss.set(reason)
                    view.report("\(reason); trying again")
                },
                onReconnect: {
                    loss.set(nil)
                    view.report("reconnected")
                }))
    }

    /// - Parameter once: Whether to end after showing the current state.
    /// - Returns: How the watched run or command ended; nil if it continues.
    func watch(once: Bool) async throws -> Outcome? {
        let start = try await feed.open()
        var state = try await feed.refresh(WatchState(), scope: scope)
        try await checkExistence(state)
        try await view.begin(state, feed, scope, start)
        var outcome = state.outcome(of: scope)
        do {
            while outcome == nil && !once {
                // Without events, a frame changes only while a run is active.
                let patience: Duration = state.isMoving ? .milliseconds(500) : .seconds(2)
                switch try await feed.next(within: patience) {
                case .resync(let resync):
                    state = try await begin(after: resync)
                    outcome = state.outcome(of: scope)
                case .events(let events):
                    state.add(events.map(\.event))
                    // The state would be newer than these events, and reading it costs more.
                    if await !feed.isBehind { state = try await refreshed(state) }
                    outcome = state.outcome(of: scope)
                    try await view.show(events, state)
                }
            }
            if outcome != nil || after != nil { try await showRest(&state) }
        } catch {
            try? await view.end()
            throw error
        }
        try await view.end()
        await feed.close()
        return outcome
    }

    /// Shows the current state instead of the previous one.
    private func begin(after resync: Resync) async throws -> WatchState {
        let line = resync.line(at: Date())
        while true {
            do {
                let state = try await feed.refresh(WatchState(events: [line]), scope: scope)
                try await checkExistence(state)
                try await view.begin(state, feed, scope, after: resync)
                return state
            } catch let error as PostgresError where error.isTransient {
                // The feed reconnects.
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// The state was read after the events, so the final event may still be in the feed.
    private func showRest(_ state: inout WatchState) async throws {
        while true {
            do {
                let view = view
                var shown = state
                try await feed.rest { news in
                    if case .resync(let resync) = news {
                        shown = try await begin(after: resync)
                    } else {
                        shown.add(news.events.map(\.event))
                        try await view.show(news.events, shown)
                    }
                }
                state = shown
                return
            } catch let error as PostgresError where error.isTransient {
                // The feed remembers its position and reconnects.
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// While the connection is lost, the state is unchanged; the feed reconnects.
    private func refreshed(_ state: WatchState) async throws -> WatchState {
        var state = state
        do {
            state = try await feed.refresh(state, scope: scope)
        } catch let error as PostgresError where error.isTransient {}
        state.connectionError = loss.reason
        return state
    }

    private func checkExistence(_ state: WatchState) async throws {
        let hint: String
        switch scope {
        case .everything: return
        case .export(let name):
            if try await feed.hasExport(named: name) { return }
            throw Failure(
                .notFound, "there is no data export \"\(name)\"", hint: "see `ferry exports`")
        case .run: hint = "see `ferry runs`"
        case .command: hint = "see `ferry commands`"
        }
        guard !state.holds(scope) else { return }
        switch scope {
        case .run(let id): throw Failure(.notFound, "there is no run \(id)", hint: hint)
        case .command(let id): throw Failure(.notFound, "there is no command \(id)", hint: hint)
        default: return
        }
    }
}

/// Why the connection was lost, as last reported by the feed.
private final class ConnectionLoss: Sendable {
    private let text = Locked<String?>(nil)

    var reason: String? { text.withLock { $0 } }

    func set(_ reason: String?) { text.withLock { $0 = reason } }
}
