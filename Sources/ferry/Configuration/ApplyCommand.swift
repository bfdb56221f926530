import ArgumentParser
import ConfigurationFiles
import Foundation
import Postgres
import Watching

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Apply a configuration file to an environment.",
        discussion: """
            Sends the commands that `ferry plan` lists, one after the other, and waits for each. \
            Stops at the first command that is not applied, and when interrupted: earlier changes \
            stay, an unfinished change is reverted, and applying the file again resumes from \
            there. Only one apply at a time runs in an environment. Needs the policies that the \
            commands need.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(
        help: ArgumentHelp(
            "With --prune: maximum number of objects to delete.", valueName: "number"))
    var pruneMax = DeletionGuard.deletionsMaxDefault

    @Flag(help: "With --prune: delete without asking.")
    var yes = false

    @Option(
        help: ArgumentHelp(
            "Maximum number of seconds to wait for each command.", valueName: "seconds"))
    var timeout = 120.0

    func validate() throws {
        try checkTimeout(timeout)
        if pruneMax < 0 { throw ValidationError("--prune-max must be 0 or more") }
        if !options.prune, yes { throw ValidationError("--yes requires --prune") }
    }

    func run() async throws {
        let access = try await ConfigurationAccess(environment: options.environment)
        let file = try ConfigurationAccess.bytes(of: options.file)
        var plan = try await access.plan(options.file, file, prunes: options.prune)
        let report = ConfigurationReport(format: options.format.output)
        if plan.changes.isEmpty {
            try await report.end(of: plan, isDone: true)
            return await access.connection.close()
        }
        let claim = try await ApplyClaim.begin(in: access.environment)
        do {
            for id in try await access.unfinished() { try await awaitEnd(of: id, access) }
            plan = try await access.plan(options.file, file, prunes: options.prune)
            let deletions = DeletionGuard(deletionsMax: pruneMax, isConfirmed: yes)
            try deletions.check(
                plan.deletions, mayAsk: options.file != "-" && options.format.output == .table)
            let applying = Applying(access: access, claim: claim, timeout: timeout, report: report)
            try await applying.carryOut(plan)
        } catch {
            await claim.end()
            throw error
        }
        await claim.end()
        await access.connection.close()
    }

    /// Commands of an apply that was killed must have ended before anything is compared.
    private func awaitEnd(of command: Int64, _ access: ConfigurationAccess) async throws {
        let ended = try await SentCommand.ended(
            command, timeout: timeout, connection: access.connection)
        if ended.outcome == nil {
            throw Failure(
                .timedOut,
                "command \(command) of an earlier apply is still \(ended.state)",
                hint: "check that a worker runs: ferry workers")
        }
    }
}
