import ArgumentParser
import Foundation
import Workers

/// The program `ferry`.
@main
struct FerryProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ferry",
        abstract: "Send tables of a PostgreSQL database to where other people need them.",
        discussion: """
            FERRY_DATABASE_URL names Ferry's own database (a libpq URL or key=value string); \
            without it, libpq's PG… variables and service files apply. It is not an option, so \
            that no password shows up in the process list.

            Exit status:
            \(ExitStatus.help)
            """,
        version: ferryVersion,
        groupedSubcommands: [
            CommandGroup(
                name: "Operations",
                subcommands: [
                    DemoCommand.self, MigrateCommand.self, PruneCommand.self, WorkerCommand.self,
                    EnqueueCommand.self,
                    WatchCommand.self, VerifyCommand.self, DoctorCommand.self,
                ]),
            CommandGroup(
                name: "Configure and run",
                subcommands: [
                    DatabaseCommand.self, ExportCommand.self, DestinationCommand.self,
                    TemplateCommand.self, OrchestrationCommand.self,
                    OrchestrationGroupCommand.self, RunCommand.self, AlertCommand.self,
                    SandboxCommand.self, PolicyCommand.self, SettingCommand.self,
                    SentCommandCommand.self, PlanCommand.self, ApplyCommand.self,
                ]),
            CommandGroup(
                name: "Listing",
                subcommands: [
                    ListCommand<Exports>.self, ListCommand<Databases>.self,
                    ListCommand<Destinations>.self, ListCommand<Templates>.self,
                    ListCommand<Orchestrations>.self, ListCommand<Groups>.self,
                    ListCommand<GroupRuns>.self, ListCommand<Sandboxes>.self,
                    ListCommand<Runs>.self,
                    ListCommand<Tasks>.self, ListCommand<Files>.self, ListCommand<Workers>.self,
                    ListCommand<Credentials>.self,
                    ListCommand<Alerts>.self, ListCommand<AlertDeliveries>.self,
                    ListCommand<Events>.self, ListCommand<Commands>.self, ListCommand<History>.self,
                ]),
        ])

    static func main() async {
        // A closed pipe is a write error, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        let command: any ParsableCommand
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            try SubcommandSearch.check(arguments, in: FerryProgram.self)
            command = try await asyncParseAsRoot(arguments)
            guard command is any AsyncParsableCommand else {
                // Not ours: the help.
                var command = command
                try command.run()
                return
            }
        } catch let failure as Failure {
            Failure.exit(failure)
        } catch {
            exit(withError: error)
        }
        guard var command = command as? any AsyncParsableCommand else { return }
        do {
            try await command.run()
        } catch {
            Failure.exit(error)
        }
    }
}
