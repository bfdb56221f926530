import ArgumentParser
import Testing

@testable import ferry

@Suite("The help", .timeLimit(.minutes(15)))
struct HelpTests {
    @Test func `of a kind of object lists what can be done with it`() {
        #expect(
            FerryProgram.helpMessage(for: DestinationCommand.self, columns: 80) == """
                OVERVIEW: Manage destinations: where deliveries go.

                USAGE: ferry destination <subcommand>

                OPTIONS:
                  --version               Show the version.
                  -h, --help              Show help information.

                SUBCOMMANDS:
                  create                  Test and create a destination.
                  edit                    Test and change a destination's settings.
                  delete                  Delete a destination that no data template or
                                          orchestration uses.
                  test                    Test a destination again: connect, write, read back,
                                          delete.
                  list                    List the destinations.

                  See 'ferry help destination <subcommand>' for detailed help.
                """)
    }

    @Test func `of a subcommand lists its arguments and options`() {
        let register = FormSubcommand<DatabaseCommand.Register>.self
        #expect(
            FerryProgram.helpMessage(for: register, columns: 80) == """
                OVERVIEW: Register a source database.

                Example: ferry database register crm --credential crm

                USAGE: ferry database register <name> --credential <name> \
                [--environment <environment>] [--wait] [--no-wait] [--timeout <seconds>] \
                [--priority <number>] [--at <time>] [--idempotency-key <key>] [--output <output>]

                ARGUMENTS:
                  <name>                  Name of the new database.

                OPTIONS:
                  --credential <name>     The credential that workers read it with.
                  --environment <environment>
                                          The environment: production (the default), or a
                                          sandbox.
                  --wait/--no-wait        Wait until the command has ended. Default, unless
                                          --at is given.
                  --timeout <seconds>     Maximum number of seconds to wait. (default: 120.0)
                  --priority <number>     Priority: 0 (first) to 3 (last). Default: 2.
                  --at <time>             Not before this time, for example 2026-01-31T02:00Z.
                  --idempotency-key <key> Sending again with the same key has no effect.
                  --output <output>       Output format: table, or ndjson (one JSON object per
                                          line). (values: table, ndjson; default: table)
                  --version               Show the version.
                  -h, --help              Show help information.

                """)
    }
}
