import Postgres
import TestSupport
import Testing

@Suite("A typing mistake", .timeLimit(.minutes(15)))
struct TypoTests {
    @Test(arguments: [
        ("exprt", "unknown subcommand \"exprt\" of ferry; did you mean \"export\"?"),
        ("export creat X", "unknown subcommand \"creat\" of ferry export; did you mean "),
        ("frobnicate", "unknown subcommand \"frobnicate\" of ferry\nhint: see `ferry --help`"),
        ("export create X --databse crm", "Did you mean '--database'?"),
        ("run paln O", "did you mean \"plan\"?"),
    ])
    func `in a subcommand or option is reported with a suggestion`(
        line: String, said: String
    ) async throws {
        let words = line.split(separator: " ").map(String.init)
        let result = try await Program(url: "host=/nowhere").start(words).result()

        #expect(result.status == 64)
        #expect(result.error.contains(said), "\(result.error)")
    }

    @Test func `in a command or its argument is reported with a suggestion`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database, as: .alice)

            let command = try await program.run("enqueue", "create_data_exprot")
            let argument = try await program.run(
                "enqueue", "create_data_export", "--argument", "name=X",
                "--argument", "databse=crm")

            #expect(command.status == 64)
            #expect(
                command.error.hasPrefix(
                    "ferry: unknown command \"create_data_exprot\"; did you mean "
                        + "\"create_data_export\"?\nhint: commands are: "))
            #expect(argument.status == 64)
            #expect(argument.error.contains("\"databse\"; did you mean \"database\"?\n"))
        }
    }

    @Test func `in a name is reported with the nearest existing name`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            try await connection.execute(
                """
                insert into ferry_state.databases
                       (id, environment, name, key, credential, created_by)
                values (1, 'production', 'customers', 'customers', 'a', 'ferry'),
                       (2, 'elsewhere', 'custmers', 'custmers', 'a', 'ferry')
                """)
            let running = try await Program(database).start(
                ["export", "create", "X", "--database", "custmers"])
            let id = try await connection.command(after: 0)
            try await connection.end(
                command: id, as: "rejected", code: "database_not_registered",
                message: "database \"custmers\" is not registered",
                hint: "registered databases: customers")

            let result = try await running.result()
            #expect(result.status == 1)
            #expect(
                result.error
                    == "ferry: command \(id) rejected: database \"custmers\" is not registered; "
                    + "did you mean \"customers\"?\nhint: registered databases: customers\n")
        }
    }
}
