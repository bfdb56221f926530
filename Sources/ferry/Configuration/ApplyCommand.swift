import ArgumentParser
import ConfigurationFiles
import Lifecycle
import Postgres
import Watching

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Configure an environment as a file says.",
        discussion: """
            Sends the commands that `ferry plan` announces, one after the other, and waits for \
            each. It stops at the first that is not applied: what was changed before stays, and \
            applying the file again goes on from there. Needs the policies that the commands need.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(
        help: ArgumentHelp(
            "How many seconds to wait for each command at most.", valueName: "seconds"))
    var timeout = 120.0

    func validate() throws { try checkTimeout(timeout) }

    func run() async throws {
        let access = try await ConfigurationAccess(environment: options.environment)
        let plan = try await access.plan(file: options.file, prunes: options.prune)
        let report = ConfigurationReport(format: options.format.output)
        for (index, change) in plan.changes.enumerated() {
            var sent: [SentCommand] = []
            do {
                try await make(change, access, &sent)
                try await report.made(change, sent)
            } catch let failure as Failure {
                let before =
                    "\(index) of \(Quantity.plural(Int64(plan.changes.count), "change")) made "
                    + "before; mend it and apply the file again"
                try await report.refused(change, sent, failure, before)
                throw failure.status.code
            }
        }
        try await report.end(of: plan, isDone: true)
        await access.connection.close()
    }

    /// Sends the commands of a change. What was begun of one that fails is taken back.
    private func make(
        _ change: ConfigurationChange, _ access: ConfigurationAccess, _ sent: inout [SentCommand]
    ) async throws {
        var applied = 0
        for command in change.commands {
            do {
                let one = try await send(command, access)
                sent.append(one)
                try await one.applied(timeout: timeout, connection: access.connection)
                applied += 1
            } catch {
                if applied > 0, let command = change.takingBack, Failure(error).status != .timedOut
                {
                    let back = try? await send(command, access)
                    try? await back?.applied(timeout: timeout, connection: access.connection)
                }
                throw Failure(error)
            }
        }
    }

    private func send(
        _ command: PlannedCommand, _ access: ConfigurationAccess
    ) async throws -> SentCommand {
        try await SentCommand(
            command.command, command.arguments.text, environment: access.environment,
            over: access.connection)
    }
}
