import Values
import ArgumentParser
import Foundation
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

            Where sessions are in the way it names them, waits for a second at a time, lets \
            others past in between, and ends with 3 after --timeout.
            """)

    @Option(
        help: ArgumentHelp(
            "Maximum number of seconds to wait for the locks of others.", valueName: "seconds"))
    var timeout = 120.0

    @Flag(help: "Replace views and functions of a newer release, too.")
    var allowDowngrade = false

    @Flag(
        help: ArgumentHelp(
            "The database's files were copied back while its server was shut down.",
            discussion: """
                A restored dump, a failover and the recovery from a crash are found without it.
                """))
    var afterRestore = false

    @OptionGroup var format: OutputOptions

    func validate() throws {
        guard timeout > 0, timeout <= 86400 else {
            throw ValidationError("--timeout is a number of seconds above 0, at most a day")
        }
    }

    func run() async throws {
        let connection = try await QueueDatabase.connect()
        let observer = try await QueueDatabase.connect()
        var patience = Migrator.Patience()
        patience.total = .seconds(timeout)
        patience.wait = min(patience.wait, patience.total)
        let report = try await Migrator(connection, observer: observer, patience: patience).migrate(
            allowDowngrade: allowDowngrade, afterRestore: afterRestore
        ) { holders in
            let names = holders.map(\.description).joined(separator: "; ")
            let whom = names.isEmpty ? "the locks of others" : shown(names)
            FileHandle.standardError.write(Data("ferry: waiting for \(whom)\n".utf8))
        }
        try await write(report)
        for finding in try await Examination(connection, options: QueueDatabase.options).access()
        where finding.level != .ok {
            Diagnostics.write(
                "\(finding.level): \(finding.message)"
                    + (finding.wayOut.map { ". As its owner: \($0)" } ?? ""))
        }
        await connection.close()
        await observer.close()
    }

    private func write(_ report: Migrator.Report) async throws {
        switch format.output {
        case .ndjson:
            let names = report.applied.map(\.quotedAsJSON).joined(separator: ",")
            let epoch = report.epoch.map { ",\"epoch\":\($0)" } ?? ""
            try await Output.line(
                "{\"applied\":[\(names)],\"renewed_code\":\(report.renewedCode)\(epoch)}")
        case .table:
            for name in report.applied {
                try await Output.line("applied \(shown(name))")
            }
            if report.renewedCode { try await Output.line("wrote views and functions") }
            if let epoch = report.epoch {
                try await Output.line("began epoch \(epoch) of the database's history")
            }
            if report == Migrator.Report() {
                try await Output.line("the schema is up to date")
            }
        }
    }
}
