import ArgumentParser
import Testing

@testable import ferry

@Suite("The help", .timeLimit(.minutes(5)))
struct HelpTests {
    @Test func `of a kind of object lists what can be done with it`() {
        #expect(
            FerryProgram.helpMessage(for: DestinationCommand.self, columns: 80) == """
                OVERVIEW: Say where files go: destinations.

                USAGE: ferry destination <subcommand>

                OPTIONS:
                  --version               Show the version.
                  -h, --help              Show help information.

                SUBCOMMANDS:
                  create                  Create a destination, once a test of it has passed.
                  edit                    Change a destination, once a test of its new settings
                                          has passed.
                  delete                  Delete a destination that no data template or
                                          orchestration uses.
                  test                    Test a destination again: connect, write, read back,
                                          delete.

                  See 'ferry help destination <subcommand>' for detailed help.
                """)
    }

    @Test func `of a subcommand tells each argument and what it waits for`() {
        #expect(
            FerryProgram.helpMessage(for: DatabaseCommand.Register.self, columns: 80) == """
                OVERVIEW: Register a source database.

                Example: ferry database register crm --credential crm

                USAGE: ferry database register <name> --credential <name> \
                [--environment <environment>] [--wait] [--no-wait] [--timeout <seconds>] \
                [--priority <number>] [--at <time>] [--idempotency-key <key>] [--output <output>]

                ARGUMENTS:
                  <name>                  The name it is to have.

                OPTIONS:
                  --credential <name>     The credential with which the workers read it.
                  --environment <environment>
                                          The environment: production (the default), or a
                                          sandbox.
                  --wait/--no-wait        Wait until the command has ended; the default, unless
                                          --at is given.
                  --timeout <seconds>     How many seconds to wait at most. (default: 120.0)
                  --priority <number>     0 (first) to 3 (last); 2 by default.
                  --at <time>             Not before this time, for example 2026-01-31T02:00Z.
                  --idempotency-key <key> Sending again with the same key does nothing.
                  --output <output>       How to write: table, or ndjson (one JSON object per
                                          line). (values: table, ndjson; default: table)
                  --version               Show the version.
                  -h, --help              Show help information.

                """)
    }
}
