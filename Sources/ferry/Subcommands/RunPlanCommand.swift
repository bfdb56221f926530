import ArgumentParser
import Foundation
import Postgres
import Values
import Watching

struct RunPlanCommand: SendingCommand {
    static let command = "plan_run"
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a run of an orchestration would write, without writing anything.",
        discussion: """
            A worker inspects the source and shows the file names, estimates of their rows and \
            bytes, and the first rows of each table. This is the command plan_run; its result is \
            kept for a day in the view ferry.run_plans, visible only to you.
            """)

    @Argument(
        help: "The name of the orchestration.", completion: .names(of: .orchestration))
    var orchestration: String

    @OptionGroup var sending: SendingOptions

    var arguments: [String: JSONValue?] { ["name": .string(orchestration)] }
    var done: String? { nil }

    func follow(_ sent: SentCommand) async throws -> ExitStatus {
        let connection = try await QueueDatabase.connect()
        switch sending.format.output {
        case .ndjson: try await writeLines(of: sent.id, connection)
        case .table: try await writeTables(of: sent.id, connection)
        }
        await connection.close()
        return .succeeded
    }

    private func writeLines(of id: Int64, _ connection: Connection) async throws {
        let rows = try await connection.query(
            """
            select row_to_json(p)::text from ferry.run_plans as p where id = $1 order by number
            """, [.int(id)])
        for row in rows { try await Output.line(JSONLines.shielded(try row[0].string())) }
    }

    private static let columns = [
        ListColumn("TABLE", ""), ListColumn("FILE", ""), ListColumn("FILES", "", .count),
        ListColumn("ROWS", "", .count), ListColumn("BYTES", "", .bytes),
    ]

    private func writeTables(of id: Int64, _ connection: Connection) async throws {
        let rows = try await connection.query(
            """
            select format('%I.%I', table_schema, table_name), file, files_estimated::text,
                   rows_estimated::text, bytes_estimated::text, columns::text, first_rows::text,
                   warning
              from ferry.run_plans where id = $1 order by number
            """, [.int(id)])
        try await Output.write(ListTable.text(Self.columns, rows, timeZone: .current))
        for row in rows { try await writeFirstRows(row) }
        let warnings = try rows.compactMap { try $0[7].optionalString() }
        if !warnings.isEmpty { try await Output.line("") }
        for warning in warnings {
            try await Output.line("Warning: " + shown(warning))
        }
        try await Output.line("")
        try await Output.line("Rows and bytes are estimates. Nothing was written.")
    }

    private func writeFirstRows(_ row: Row) async throws {
        let decoder = JSONDecoder()
        let columns = try decoder.decode([String].self, from: Data(row[5].string().utf8))
        let values = try decoder.decode([[String?]].self, from: Data(row[6].string().utf8))
        let table = shown(try row[0].string())
        try await Output.line("")
        guard !values.isEmpty else {
            let isEmpty = try row[3].string() == "0"
            return try await Output.line("\(table): \(isEmpty ? "no rows" : "rows not read")")
        }
        try await Output.line("\(table): the first rows")
        for line in ListTable.aligned([columns] + values.map { $0.map { $0 ?? "NULL" } }) {
            try await Output.line("  " + line)
        }
    }
}
