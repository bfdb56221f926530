public import Foundation
import Values

/// How moments and events are written on one line.
public struct EventLine: Sendable {
    public var timeZone: TimeZone

    public init(timeZone: TimeZone) { self.timeZone = timeZone }

    /// `12:03:44  run 7 Daily customers  snapshot_taken  5 tables`
    public func text(_ event: WatchedEvent) -> String {
        var parts = [clock(event.at), Self.subject(event), shown(event.event)]
        let summary = details(event)
        if !summary.isEmpty { parts.append(summary) }
        return parts.joined(separator: "  ")
    }

    /// `12:03:44`
    public func clock(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.hour, .minute, .second], from: date)
        return [parts.hour, parts.minute, parts.second].map { part in
            let digits = String(part ?? 0)
            return digits.count < 2 ? "0" + digits : digits
        }.joined(separator: ":")
    }

    private static func subject(_ event: WatchedEvent) -> String {
        let kind = event.runID == nil ? event.objectKind : "run"
        var parts = [kind.replacingOccurrences(of: "_", with: " ")]
        if let id = event.runID ?? event.objectID { parts.append(String(id)) }
        if let name = event.objectName { parts.append(name) }
        if event.environment != "production" { parts.append("(\(event.environment))") }
        return shown(parts.joined(separator: " "))
    }

    private func details(_ event: WatchedEvent) -> String {
        guard let text = event.details,
            let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
            let details = object as? [String: Any]
        else { return "" }
        let parts = Self.order.compactMap { key in
            details[key].flatMap { describe(key, $0) }
        }
        return shown(parts.joined(separator: ", "))
    }

    /// The displayed details of an event, in order; others are for programs.
    private static let order = [
        "run", "group", "group_run", "orchestrations", "schedule", "time_zone", "after", "runs",
        "for", "latest", "missed", "next_times", "attempt", "version", "replaced", "restored",
        "data_export", "database", "table", "tables",
        "rows", "minimum", "maximum", "bytes", "destination", "data_template",
        "credential", "changed", "resolves", "by", "resolution", "skipped_tables", "origin",
        "sandbox", "objects", "errors", "warnings", "added", "removed",
        "conflicts", "kept", "drafts_left", "value", "message", "retry_at", "hint", "warning",
    ]

    private func describe(_ key: String, _ value: Any) -> String? {
        switch (key, value) {
        case ("run", let number as NSNumber): "of run \(number.int64Value)"
        case ("group", let name as String): "of group \(name)"
        case ("group_run", let id as NSNumber): "group run \(id)"
        case ("orchestrations", let names as [Any]): Self.list(names)
        case ("schedule", let text as String): "at \(text)"
        case ("time_zone", let name as String): name
        case ("after", let name as String): "after \(name)"
        case ("runs", let ids as [Any]): Quantity.plural(Int64(ids.count), "run")
        case ("for", let time as String): "for \(time)"
        case ("latest", let time as String): "latest \(time)"
        case ("missed", let number as NSNumber):
            number.int64Value == 0 ? nil : "\(Quantity.plural(number.int64Value, "time")) missed"
        case ("next_times", let times as [Any]): Self.list(times).map { "next \($0)" }
        case ("table", let name as String): name
        case ("tables", let names as [Any]): Self.list(names)
        case ("tables", let text as String): "\(text) tables"
        case ("tables", let number as NSNumber): Quantity.plural(number.int64Value, "table")
        case ("rows", let number as NSNumber): Quantity.plural(number.int64Value, "row")
        case ("minimum", let number as NSNumber): "minimum \(number.int64Value)"
        case ("maximum", let number as NSNumber): "maximum \(number.int64Value)"
        case ("bytes", let number as NSNumber): Quantity.bytes(number.int64Value)
        case ("attempt", let number as NSNumber): "attempt \(number.int64Value)"
        case ("version", let number as NSNumber): "version \(number.int64Value)"
        case ("replaced", let number as NSNumber): "replaces version \(number.int64Value)"
        case ("restored", let number as NSNumber): "back to version \(number.int64Value)"
        case ("data_export", let name as String): "data export \(name)"
        case ("database", let name as String): "database \(name)"
        case ("destination", let name as String): "to \(name)"
        case ("data_template", let name as String): "by \(name)"
        case ("credential", let name as String): "credential \(name)"
        case ("changed", let arguments as [Any]): Self.list(arguments)
        case ("resolves", let run as NSNumber): "resolves run \(run.int64Value)"
        case ("by", let run as NSNumber): "by run \(run.int64Value)"
        case ("resolution", let text as String): text
        case ("skipped_tables", let names as [Any]): Self.list(names).map { "without \($0)" }
        case ("origin", let text as String): Self.fault(text)
        case ("sandbox", let name as String): "from sandbox \(name)"
        case ("objects", let number as NSNumber): Quantity.plural(number.int64Value, "object")
        case ("errors", let number as NSNumber): Quantity.plural(number.int64Value, "error")
        case ("warnings", let number as NSNumber): Quantity.plural(number.int64Value, "warning")
        case ("added", let names as [Any]): Self.list(names).map { "added \($0)" }
        case ("removed", let names as [Any]): Self.list(names).map { "removed \($0)" }
        case ("conflicts", let names as [Any]): Self.list(names).map { "both changed \($0)" }
        case ("kept", let side as String): "kept that of \(side)"
        case ("drafts_left", let names as [Any]): Self.list(names).map { "drafts left: \($0)" }
        case ("value", let text as String): text
        case ("message", let text as String): text
        case ("hint", let text as String): "hint: \(text)"
        case ("warning", let text as String): "warning: \(text)"
        case ("retry_at", let text as String): Self.date(text).map { "retry at \(clock($0))" }
        default: nil
        }
    }

    private static func fault(_ origin: String) -> String {
        origin == "internal" ? "bug in Ferry, or an error of the worker" : "origin: \(origin)"
    }

    private static func list(_ names: [Any]) -> String? {
        let texts = names.compactMap { name -> String? in
            if let text = name as? String { return text }
            guard let table = name as? [String: Any], let name = table["name"] as? String else {
                return nil
            }
            return (table["schema"] as? String).map { "\($0).\(name)" } ?? name
        }
        guard !texts.isEmpty else { return nil }
        let shown = texts.prefix(3).joined(separator: ", ")
        return texts.count > 3 ? shown + " and \(texts.count - 3) more" : shown
    }

    /// A moment as PostgreSQL writes it into JSON: `2026-01-31T12:03:44.5+00:00`.
    private static func date(_ text: String) -> Date? {
        let formatter = ISO8601DateFormatter()
        if let date = formatter.date(from: text) { return date }
        formatter.formatOptions.insert(.withFractionalSeconds)
        return formatter.date(from: text)
    }
}

extension EventLine {
    /// `12:03:44  run 7 Daily customers  running  3/5 tables, 64 %`
    public func text(_ run: WatchedRun, now: Date) -> String {
        var parts = [
            clock(now), shown("run \(run.id) ") + Frame.name(of: run),
            shown(run.state),
        ]
        var details: [String] = []
        if run.tables > 0 { details.append("\(run.tablesDone)/\(run.tables) tables") }
        if run.isMoving { details.append("\(Int(run.percent)) %") }
        if let error = run.error { details.append(shown(error)) }
        if !details.isEmpty { parts.append(details.joined(separator: ", ")) }
        return parts.joined(separator: "  ")
    }

    /// `12:03:44  command 42 create_data_export  queued`
    public func text(_ command: WatchedCommand, now: Date) -> String {
        var parts = [
            clock(now), shown("command \(command.id) \(command.command)"),
            shown(command.state),
        ]
        if let message = command.message { parts.append(shown(message)) }
        return parts.joined(separator: "  ")
    }
}
