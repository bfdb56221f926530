import ConfigurationFiles
import Foundation
import Lifecycle
import Values
import Watching

/// Reports what a configuration file changes.
struct ConfigurationReport {
    var format: OutputFormat

    func planned(_ change: ConfigurationChange) async throws {
        switch format {
        case .ndjson: try await write(change, state: "planned")
        case .table: try await show(change)
        }
    }

    func made(_ change: ConfigurationChange, _ sent: [SentCommand]) async throws {
        switch format {
        case .ndjson: try await write(change, state: "applied", sent)
        case .table: try await show(change)
        }
    }

    /// - Parameter before: What was done before.
    func refused(
        _ change: ConfigurationChange, _ sent: [SentCommand], _ failure: Failure, _ before: String
    ) async throws {
        if format == .ndjson {
            try await write(
                change, state: "refused", sent,
                [
                    "message": .string(failure.message),
                    "hint": failure.hint.map(JSONValue.string) ?? .null,
                ])
        } else {
            try await Output.line(before)
        }
        let words = "\(change.verb) \(change.words): \(failure.message)"
        let wrapped = Failure(failure.status, words, hint: failure.hint)
        FileHandle.standardError.write(Data(wrapped.text.utf8))
    }

    /// - Parameter isDone: Whether the changes were made.
    func end(of plan: ConfigurationPlan, isDone: Bool = false) async throws {
        switch format {
        case .ndjson:
            for object in plan.leftAlone {
                try await write(object, "leave", state: "kept", ["differences": []])
            }
        case .table:
            if plan.changes.isEmpty {
                try await Output.line("nothing to change")
            } else {
                try await Output.line(isDone ? "done: \(plan.made)" : plan.summary)
            }
            let others = plan.leftAlone.map(\.words)
            if others.isEmpty { return }
            let listed = others.prefix(5).joined(separator: ", ")
            let more = others.count > 5 ? " and \(others.count - 5) more" : ""
            try await Output.line(
                "not in the file, kept (--prune deletes them): \(listed)\(more)")
        }
    }

    private func show(_ change: ConfigurationChange) async throws {
        let paint: Paint =
            switch change {
            case .create: .green
            case .update: .yellow
            case .delete, .discard: .red
            }
        var lines = change.lines
        lines[0] = Terminal.painted(lines[0], paint)
        try await Output.write(lines.map { $0 + "\n" }.joined())
    }

    private func write(
        _ change: ConfigurationChange, state: String, _ sent: [SentCommand] = [],
        _ more: [String: JSONValue] = [:]
    ) async throws {
        var members = more
        members["differences"] = .array(
            change.differences.map { difference in
                [
                    "key": .string(difference.key), "old": difference.old ?? .null,
                    "new": difference.new ?? .null,
                ]
            })
        members["commands"] = .array(
            sent.map { ["id": .int($0.id), "command": .string($0.command)] })
        try await write(change.object, change.verb, state: state, members)
    }

    private func write(
        _ object: DefinedObject, _ verb: String, state: String, _ more: [String: JSONValue]
    ) async throws {
        let members: [String: JSONValue] = [
            "change": .string(verb), "state": .string(state),
            "kind": .string(object.kind.rawValue), "name": .string(object.name),
            "destination": object.destination.map(JSONValue.string) ?? .null,
        ]
        let json = JSONValue.object(members.merging(more) { $1 })
        try await Output.line(JSONLines.shielded(json.text))
    }
}
