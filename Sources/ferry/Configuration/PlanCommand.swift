import ArgumentParser
import ConfigurationFiles
import Postgres

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what `ferry apply` would change, without changing it.",
        discussion: """
            Compares a configuration file, as `ferry export config` writes it, with the \
            environment. The exit status is 0 when nothing differs and 4 when something does.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let access = try await ConfigurationAccess(environment: options.environment)
        let file = try ConfigurationAccess.bytes(of: options.file)
        let plan = try await access.plan(options.file, file, prunes: options.prune)
        let report = ConfigurationReport(format: options.format.output)
        for change in plan.changes { try await report.planned(change) }
        try await report.end(of: plan)
        await access.connection.close()
        if !plan.changes.isEmpty { throw ExitStatus.changes.code }
    }
}
