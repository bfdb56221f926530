import ArgumentParser
import Foundation
import Postgres
import Values
import Watching

struct SandboxDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what a sandbox and production changed since the last sync.",
        discussion: """
            + added, ~ changed, - removed, ! changed differently by both sides. The exit status is \
            0 with or without changes, and 66 if the sandbox does not exist. The view \
            ferry.sandbox_changes has the same data.
            """)

    @Argument(help: "Name of the sandbox.", completion: .names(of: .sandbox))
    var name: String

    @OptionGroup var format: OutputOptions

    func run() async throws {
        let connection = try await QueueDatabase.connect()
        try await QueueDatabase.checkSchema(connection)
        let found = try await connection.query(
            "select name from ferry.sandboxes where lower(name) = lower(btrim($1))",
            [.text(name)])
        guard let sandbox = try found.first?[0].string() else {
            throw Failure(
                .notFound, "there is no sandbox \(shownName(name))", hint: "see `ferry sandboxes`")
        }
        switch format.output {
        case .ndjson: try await writeLines(of: sandbox, connection)
        case .table: try await writeText(of: sandbox, connection)
        }
        await connection.close()
    }

    private func writeLines(of sandbox: String, _ connection: Connection) async throws {
        let rows = try await connection.query(
            """
            select row_to_json(c)::text from ferry.sandbox_changes as c where sandbox = $1
             order by kind, destination, name
            """, [.text(sandbox)])
        for row in rows { try await Output.line(JSONLines.shielded(try row[0].string())) }
    }

    private func writeText(of sandbox: String, _ connection: Connection) async throws {
        let rows = try await connection.query(
            """
            select kind, destination, name, change, production_change, conflict,
                   base_definition::text, sandbox_definition::text, production_definition::text
              from ferry.sandbox_changes where sandbox = $1 order by kind, destination, name
            """, [.text(sandbox)])
        let differences = try rows.map { try Difference($0) }
        if differences.isEmpty {
            return try await Output.line("sandbox \(shownName(sandbox)) has no changes to promote")
        }
        for (side, title) in [
            (Difference.Side.sandbox, "sandbox \(shownName(sandbox)) changed"),
            (.production, "production changed (to be pulled)"),
        ] {
            let lines = differences.flatMap { $0.lines(of: side) }
            if lines.isEmpty { continue }
            try await Output.line(title)
            for line in lines { try await Output.line("  " + line) }
        }
    }
}

/// An object by which a sandbox and production differ from what they were at the last sync.
private struct Difference {
    enum Side { case sandbox, production }

    private let object: String
    private let change: String?
    private let productionChange: String?
    private let isConflict: Bool
    private let base: JSONValue?
    private let sandbox: JSONValue?
    private let production: JSONValue?

    init(_ row: Row) throws {
        let kind = try row[0].string().replacingOccurrences(of: "_", with: " ")
        let destination = try row[1].optionalString().map { " of \(shownName($0))" } ?? ""
        object = "\(kind) \(shownName(try row[2].string()))\(destination)"
        change = try row[3].optionalString()
        productionChange = try row[4].optionalString()
        isConflict = try row[5].bool()
        base = try row[6].optionalString().flatMap { JSONValue(json: $0) }
        sandbox = try row[7].optionalString().flatMap { JSONValue(json: $0) }
        production = try row[8].optionalString().flatMap { JSONValue(json: $0) }
    }

    /// The changes of one side; empty if there are none.
    func lines(of side: Side) -> [String] {
        guard let change = side == .sandbox ? change : productionChange else { return [] }
        let mark = isConflict ? "!" : ["added": "+", "removed": "-"][change] ?? "~"
        let note = isConflict ? " (\(change); both sides changed it)" : ""
        let values = Self.values(base, side == .sandbox ? sandbox : production, at: "")
        return ["\(mark) \(object)\(note)"]
            + (change == "removed" ? [] : values.map { "    " + $0 })
    }

    /// `path: old → new` for each changed value; `path: new` for each added one.
    private static func values(_ old: JSONValue?, _ new: JSONValue?, at path: String) -> [String] {
        if old == new { return [] }
        let before = members(old)
        let after = members(new)
        if let after, old == nil || before != nil {
            return Set(after.keys).union(before?.keys ?? [:].keys).sorted().flatMap { key in
                values(
                    before?[key], after[key], at: path.isEmpty ? key : "\(path).\(key)")
            }
        }
        let texts = [old, new].map { shown($0?.text ?? "–") }
        let change = old == nil ? texts[1] : "\(texts[0]) → \(texts[1])"
        return ["\(shown(path)): \(change)"]
    }

    private static func members(_ value: JSONValue?) -> [String: JSONValue]? {
        guard case .object(let members)? = value, !members.isEmpty else { return nil }
        return members
    }
}
