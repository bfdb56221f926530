import Dispatch
import Foundation
import Watching

/// The output of a watcher.
protocol WatchView: Sendable {
    /// Restores the terminal when the program is interrupted.
    var farewell: String { get }
    func begin(
        _ state: WatchState, _ feed: EventFeed, _ scope: Scope, _ start: Cursor) async throws
    /// The history of the database changed; the state was read again.
    func begin(
        _ state: WatchState, _ feed: EventFeed, _ scope: Scope, after resync: Resync) async throws
    /// - Parameter events: The new events; empty if only time has passed.
    func show(_ events: [FeedEvent], _ state: WatchState) async throws
    func end() async throws
    /// Shows a notice that is not an event, outside the output.
    func report(_ text: String)
}

extension WatchView {
    var farewell: String { "" }
    func end() async throws {}

    func report(_ text: String) { Diagnostics.write(text) }
}

/// A table that is redrawn in place.
actor LiveView: WatchView {
    private var screen = Screen()
    private var state: WatchState?
    private var signals: [any DispatchSourceSignal] = []

    nonisolated var farewell: String { Screen.showCursor + "\n" }

    func begin(
        _ state: WatchState, _ feed: EventFeed, _ scope: Scope, _ start: Cursor
    ) async throws {
        signals = Interruption.handleStop(farewell: farewell) { [weak self] in
            Task { try? await self?.resume() }
        }
        try await Output.write(Screen.hideCursor)
        try await draw(state)
    }

    func begin(
        _ state: WatchState, _ feed: EventFeed, _ scope: Scope, after resync: Resync
    ) async throws {
        try await draw(state)
    }

    func show(_ events: [FeedEvent], _ state: WatchState) async throws { try await draw(state) }

    func end() async throws {
        for source in signals { source.cancel() }
        signals = []
        state = nil
        try await Output.write(Screen.showCursor)
    }

    /// Redraws the frame, after the program was stopped and others wrote to the terminal.
    private func resume() async throws {
        guard let state else { return }
        // The previous frame is no longer where it was.
        screen = Screen()
        try await Output.write(Screen.hideCursor)
        try await draw(state)
    }

    /// The frame itself shows it.
    nonisolated func report(_ text: String) {}

    private func draw(_ state: WatchState) async throws {
        self.state = state
        let size = Terminal.size
        let frame = Frame(
            width: size.columns, height: size.lines, colour: Terminal.hasColour,
            timeZone: .current)
        try await Output.write(
            screen.redraw(
                frame.lines(state, now: Date()), width: size.columns, height: size.lines))
    }
}

/// One frame, for `--once`.
struct FrameView: WatchView {
    func begin(
        _ state: WatchState, _ feed: EventFeed, _ scope: Scope, _ start: Cursor
    ) async throws {
        let frame = Frame(
            width: Terminal.isInteractive ? Terminal.size.columns : 120, height: 1000,
            colour: Terminal.hasColour, timeZone: .current)
        try await Output.line(frame.lines(state, now: Date()).joined(separator: "\n"))
    }

    func begin(
        _ state: WatchState, _ feed: EventFeed, _ scope: Scope, after resync: Resync
    ) async throws {}

    func show(_ events: [FeedEvent], _ state: WatchState) async throws {}
}

/// One line per event: text for people, JSON for programs.
struct LineView: WatchView {
    var json: Bool
    /// Whether the state at the beginning is shown before the events.
    var startsWithState: Bool

    func begin(
        _ state: WatchState, _ feed: EventFeed, _ scope: Scope, _ start: Cursor
    ) async throws {
        guard startsWithState else { return }
        if json {
            return try await Output.line(try await feed.snapshot(of: scope, at: start))
        }
        let lines = lines(state, scope)
        if !lines.isEmpty { try await Output.line(lines.joined(separator: "\n")) }
    }

    func begin(
        _ state: WatchState, _ feed: EventFeed, _ scope: Scope, after resync: Resync
    ) async throws {
        let lines =
            if json {
                [
                    JSONLines.resync(resync),
                    try await feed.snapshot(of: scope, at: resync.cursor),
                ]
            } else {
                state.events.map { EventLine(timeZone: .current).text($0) } + lines(state, scope)
            }
        try await Output.line(lines.joined(separator: "\n"))
    }

    private func lines(_ state: WatchState, _ scope: Scope) -> [String] {
        let writer = EventLine(timeZone: .current)
        return state.runs.filter { !$0.isFinished || scope == .run($0.id) }
            .map { writer.text($0, now: Date()) }
            + (state.command.map { [writer.text($0, now: Date())] } ?? [])
    }

    func show(_ events: [FeedEvent], _ state: WatchState) async throws {
        guard !events.isEmpty else { return }
        let writer = EventLine(timeZone: .current)
        let lines = events.map { json ? JSONLines.event($0) : writer.text($0.event) }
        try await Output.line(lines.joined(separator: "\n"))
    }
}
