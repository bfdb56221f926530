import ArgumentParser
import Foundation
import Postgres
import Values
import Watching

extension ExportCommand {
    struct RollBack: SendingCommand {
        static let command = "roll_back_data_export"
        static let configuration = CommandConfiguration(
            abstract: "Activate an earlier version of a data export again.",
            discussion: """
                The earlier version is checked as in an activation and becomes a new version. A \
                draft stays, but can no longer be activated.
                """)

        @Argument(help: "Name of the data export.", completion: .names(of: .dataExport))
        var name: String

        @Argument(help: "The version number.")
        var version: Int64

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["name": .string(name), "version": .int(version)]
        }
        var done: String? { "data export \(shownName(name)) rolled back to version \(version)" }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show where two versions of a data export differ.",
            discussion: """
                A version is a number, active or draft. By default, the active version is compared \
                with the previous one, and any other version with the active one.
                """)

        @Argument(help: "Name of the data export.", completion: .names(of: .dataExport))
        var name: String

        @Argument(help: "The first version.")
        var from: String?

        @Argument(help: "The second version. Default: the active one.")
        var to: String?

        @Option(
            help: "The environment: production (the default), or a sandbox.",
            completion: .names(of: .environment))
        var environment: String?

        @Flag(help: "End with status 1 when they differ.")
        var exitCode = false

        @OptionGroup var format: OutputOptions

        func run() async throws {
            let connection = try await QueueDatabase.connect()
            try await QueueDatabase.checkSchema(connection)
            // A single version is compared with the active one.
            let to = to ?? (from == nil ? nil : "active")
            let rows = try await connection.query(
                """
                select row_to_json(d)::text as json, array_to_string(d.path, ' ') as path,
                       d.old #>> '{}' as old, d.new #>> '{}' as new,
                       d.added::text as added, d.removed::text as removed
                  from ferry.data_export_diff($1, $2, $3, $4) as d order by d.path
                """,
                [.text(name), Value(from), Value(to), .text(environment ?? "production")])
            await connection.close()
            switch format.output {
            case .ndjson:
                for row in rows { try await Output.line(JSONLines.shielded(row[0].string())) }
            case .table:
                if rows.isEmpty { try await Output.line("no differences") }
                try await Output.write(Self.text(rows))
            }
            if exitCode && !rows.isEmpty { throw ExitStatus.failed.code }
        }

        /// `tables  + public.orders`, `database  crm → erp`.
        private static func text(_ rows: Rows) throws -> String {
            let lines = try rows.flatMap { row -> [(String, String)] in
                let path = shown(try row["path"].string())
                let elements = try ["added", "removed"].map { try texts(row[$0]) }
                let marked =
                    elements[0].map { "+ " + $0 } + elements[1].map { "- " + $0 }
                if !marked.isEmpty {
                    return marked.map { (path, shown($0)) }
                }
                let values = try ["old", "new"].map { try row[$0].optionalString() ?? "(none)" }
                return [(path, shown(values.joined(separator: " → ")))]
            }
            let width = lines.map { Display.width($0.0) }.max() ?? 0
            return lines.map { "\(Display.left($0.0, width))  \($0.1)\n" }.joined()
        }

        /// The elements of a JSON array.
        private static func texts(_ value: Cell) throws -> [String] {
            guard let text = try value.optionalString(),
                case .array(let elements) = JSONValue(json: text)
            else { return [] }
            return elements.map { element in
                if case .string(let text) = element { return text }
                return String(
                    decoding: (try? JSONEncoder().encode(element)) ?? Data(), as: UTF8.self)
            }
        }
    }
}
