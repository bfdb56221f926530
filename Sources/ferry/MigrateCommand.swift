import ArgumentParser
import Migrations
import Postgres
import Watching

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Create Ferry's schema in the database, or bring it up to date.",
        discussion: """
            Does everything in one transaction, and nothing when there is nothing to do. Run \
            it as the role that is to own the schema.
            """)

    @OptionGroup var format: OutputOptions

    func run() async throws {
        let connection = try await Database.connect()
        let report = try await Migrator(connection).migrate()
        switch format.output {
        case .ndjson:
            let names = report.applied.map(JSONLines.string).joined(separator: ",")
            try await Output.line(
                "{\"applied\":[\(names)],\"renewed_code\":\(report.renewedCode)}")
        case .table:
            for name in report.applied {
                try await Output.line("applied \(Display.escaped(name))")
            }
            if report.renewedCode { try await Output.line("wrote views and functions") }
            if report.applied.isEmpty && !report.renewedCode {
                try await Output.line("the schema is up to date")
            }
        }
        await connection.close()
    }
}
