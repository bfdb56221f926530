public import Foundation
import Values

/// Draws the state of a watcher as lines for a terminal. A pure function of its input.
///
///     RUN  EXPORT            STATE       TABLES   ROWS                 RATE       LEFT
///       7  Daily customers   running     3/5      ██████▌    64 %      88 MB/s    12 s
public struct Frame: Sendable {
    /// Columns of the terminal.
    public var width: Int
    /// Lines of the terminal; a frame takes one less.
    public var height: Int
    public var colour: Bool
    public var timeZone: TimeZone

    public init(width: Int, height: Int, colour: Bool, timeZone: TimeZone) {
        self.width = max(20, width)
        self.height = max(4, height)
        self.colour = colour
        self.timeZone = timeZone
    }

    /// - Parameter now: The current time, to show how long a run waits until it is retried.
    public func lines(_ state: WatchState, now: Date) -> [String] {
        let room = height - 1
        var lines: [String] = []
        if let error = state.connectionError {
            let text = "connection lost, reconnecting: \(error)"
            lines.append(paint(fit(shown(text)), .red))
        }
        if let command = state.command { lines += describe(command) }
        lines = Array(lines.prefix(max(1, room / 2)))
        lines += table(state, room: room - lines.count, now: now)

        // The remaining lines, except for an empty one, are for the last events.
        let space = room - lines.count - 1
        if space > 0, !state.events.isEmpty {
            let writer = EventLine(timeZone: timeZone)
            lines.append("")
            lines += state.events.suffix(min(space, 10)).map { fit(writer.text($0)) }
        }
        return lines
    }

    private func describe(_ command: WatchedCommand) -> [String] {
        let colour = Paint(state: command.state)
        let name = shown("command \(command.id) \(command.command)  ")
        let text = fit(name + command.state)
        // Painted only if it was not truncated.
        let whole = text == name + command.state
        var lines = [whole ? name + paint(command.state, colour) : text]
        if let message = command.message {
            lines.append(fit("  " + shown(message)))
        }
        if let hint = command.hint, !hint.isEmpty {
            lines.append(fit("  hint: " + shown(hint)))
        }
        return lines
    }

    private func table(_ state: WatchState, room: Int, now: Date) -> [String] {
        guard !state.runs.isEmpty else {
            return state.command == nil ? [fit("no runs yet; waiting for events")] : []
        }
        // Active runs first, then the newest finished ones.
        let capacity = max(1, room - 1)
        var shown = state.runs
        if shown.count > capacity {
            let going = shown.filter { !$0.isFinished }.prefix(capacity)
            let ended = shown.filter(\.isFinished).suffix(capacity - going.count)
            shown = Array(going) + Array(ended)
        }
        let columns = Columns(shown, width: width)
        return [paint(fit(columns.header), .bold)] + shown.map { row($0, columns, now) }
    }

    private func row(_ run: WatchedRun, _ columns: Columns, _ now: Date) -> String {
        let waits = run.state == "queued" && run.retryAt != nil
        let name = waits ? "retrying" : run.state
        let start =
            Display.right(String(run.id), columns.run) + "  "
            + Display.left(Self.name(of: run), columns.export) + "  "
        let tables = run.tables > 0 ? "\(run.tablesDone)/\(run.tables)" : ""
        let end = Display.left(tables, 6) + "   " + progress(run, waits: waits, now)
        let state = Display.left(name, 10)
        let line = start + state + "  " + end
        let text = fit(line)
        guard colour, text.hasPrefix(start + state) else { return trimmed(text) }
        return trimmed(
            start + paint(state, Paint(state: name)) + text.dropFirst((start + state).count))
    }

    /// Everything from the column ROWS on.
    private func progress(_ run: WatchedRun, waits: Bool, _ now: Date) -> String {
        let error = run.error.map { shown($0) }
        if waits, let retryAt = run.retryAt {
            let seconds = max(0, retryAt.timeIntervalSince(now))
            return "in \(Quantity.seconds(seconds))" + (error.map { ": \($0)" } ?? "")
        }
        switch run.state {
        case "failed", "stopped":
            return error ?? ""
        case "queued":
            return ""
        case "succeeded":
            let rows = Quantity.plural(run.rows, "row")
            return Display.left(rows, 19) + "  " + Quantity.bytes(run.bytes)
        default:
            let percent = Int(max(0, min(100, run.percent)))
            let rate = run.bytesPerSecond.map { Quantity.bytes($0) + "/s" } ?? ""
            return Display.left("\(Self.bar(run.percent)) \(percent) %", 19) + "  "
                + Display.left(rate, 9) + "  " + (run.secondsLeft.map(Quantity.seconds) ?? "")
        }
    }

    /// Ten columns, in steps of half a column.
    static func bar(_ percent: Double) -> String {
        let halves = Int((max(0, min(100, percent)) / 5).rounded())
        let text = String(repeating: "█", count: halves / 2) + (halves % 2 == 1 ? "▌" : "")
        return Display.left(text, 10)
    }

    static func name(of run: WatchedRun) -> String {
        let suffix = run.environment == "production" ? "" : " (\(run.environment))"
        return shown(run.export + suffix)
    }

    private func fit(_ line: String) -> String { Display.cut(line, to: width) }

    private func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}

/// The widths of the columns that depend on their content.
private struct Columns {
    var run: Int
    var export: Int

    init(_ runs: [WatchedRun], width: Int) {
        run = max(3, runs.map { String($0.id).count }.max() ?? 0)
        let longest = runs.map { Display.width(Frame.name(of: $0)) }.max() ?? 0
        // The other columns take 64 with a run number of three digits.
        export = max(8, min(max(16, longest), 40, width - run - 61))
    }

    var header: String {
        Display.right("RUN", run) + "  " + Display.left("EXPORT", export)
            + "  STATE       TABLES   ROWS                 RATE       LEFT"
    }
}

extension Frame {
    private func paint(_ text: String, _ paint: Paint?) -> String {
        guard colour, let paint else { return text }
        return paint(text)
    }
}
