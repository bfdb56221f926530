import ArgumentParser
import Foundation
import Migrations
import Postgres
import Values
import Watching

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Create Ferry's schema in the database, or update it.",
        discussion: """
            Migrates in one transaction; does nothing if the schema is up to date. Run it as the \
            role that owns, or will own, the schema.

            If other sessions block it, it names them and retries with waits of one second, so \
            that others can proceed in between. It ends with 3 after --timeout.
            """)

    @Option(
        help: ArgumentHelp(
            "Maximum number of seconds to wait for locks.", valueName: "seconds"))
    var timeout = 120.0

    @Flag(help: "Also replace views and functions of a newer release.")
    var allowDowngrade = false

    @Flag(
        help: ArgumentHelp(
            "Declare that the database's files were restored while its server was shut down.",
            discussion: """
                A restored dump, a failover and crash recovery are detected without it.
                """))
    var afterRestore = false

    @OptionGroup var format: OutputOptions

    func validate() throws {
        guard timeout > 0, timeout <= 86400 else {
            throw ValidationError("--timeout must be more than 0 seconds and at most a day")
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
            let whom = names.isEmpty ? "other sessions' locks" : shown(names)
            FileHandle.standardError.write(Data("ferry: waiting for \(whom)\n".utf8))
        }
        try await write(report)
        for finding in try await Examination(connection, options: QueueDatabase.options).access()
        where finding.level != .ok {
            Diagnostics.write(
                "\(finding.level): \(finding.message)"
                    + (finding.wayOut.map { ". Run as its owner: \($0)" } ?? ""))
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
