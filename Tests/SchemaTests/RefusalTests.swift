import Postgres
import TestSupport
import Testing

/// A command that is refused when it is sent, and with what words.
struct Refused: Sendable, CustomTestStringConvertible {
    let values: String
    let sqlState: String
    let message: String
    let hint: String
    var columns = "command, arguments"

    var testDescription: String { "\(sqlState) \(message)" }
}

private let commands = """
    commands are: abandon_run, activate_data_export, add_orchestration, add_tables, \
    change_setting, create_alert, create_data_export, create_data_template, create_destination, \
    create_orchestration_group, create_sandbox, \
    delete_alert, delete_data_export, delete_data_template, delete_destination, \
    delete_orchestration, delete_orchestration_group, delete_sandbox, \
    disable_orchestration_group, \
    discard_draft, edit_alert, edit_data_export, edit_data_template, edit_database, \
    edit_destination, edit_orchestration, edit_orchestration_group, edit_table, \
    enable_orchestration_group, grant_policy, plan_run, promote_sandbox, pull_sandbox, \
    register_database, remove_tables, restart_run, retry_run, revoke_policy, \
    roll_back_data_export, run_orchestration, run_orchestration_group, skip_task, stop_run, \
    switch_database, test_alert, test_destination, unregister_database
    """

private let refused = [
    Refused(
        values: "'make_coffee', '{}'", sqlState: "FY001",
        message: "unknown command \"make_coffee\"", hint: commands),
    Refused(
        values: "null, '{}'", sqlState: "FY001", message: "unknown command null", hint: commands),
    Refused(
        values: "'create_data_export', '{}'", sqlState: "FY002",
        message: "create_data_export requires argument \"name\"",
        hint: "add it to the column \"arguments\": {\"name\": …}"),
    Refused(
        values: "'create_data_export', null", sqlState: "FY002",
        message: "create_data_export requires argument \"name\"",
        hint: "add it to the column \"arguments\": {\"name\": …}"),
    Refused(
        values: #"'create_data_export', '{"name": "a", "nmae": "b"}'"#, sqlState: "FY003",
        message: "create_data_export has no argument \"nmae\"",
        hint: "its arguments are: database, name, tables"),
    Refused(
        values: "'create_data_export', '[1]'", sqlState: "FY004",
        message: "arguments must be a JSON object, was array",
        hint: #"for example {"name": "Daily customers"}"#),
    Refused(
        values: #"'create_data_export', '{"name": 3}'"#, sqlState: "FY004",
        message: "argument \"name\" of create_data_export must be a string, was number",
        hint: "see docs/commands.md"),
    Refused(
        values: #"'create_data_export', '{"name": "a", "tables": [1]}'"#, sqlState: "FY004",
        message: "argument \"tables\" of create_data_export must be an array of table names or "
            + "\"all\", was array", hint: "see docs/commands.md"),
    Refused(
        values: #"'create_data_export', '{"name": "a", "tables": "some"}'"#, sqlState: "FY004",
        message: "argument \"tables\" of create_data_export must be an array of table names or "
            + "\"all\", was the string \"some\"", hint: "see docs/commands.md"),
    Refused(
        values: #"'create_alert', '{"name": "a", "on": "failure"}'"#, sqlState: "FY004",
        message: "argument \"on\" of create_alert must be an array of strings, was the string "
            + "\"failure\"", hint: "see docs/commands.md"),
    Refused(
        values: #"'create_orchestration_group', '{"name": "a", "orchestrations": "b"}'"#,
        sqlState: "FY004",
        message: "argument \"orchestrations\" of create_orchestration_group must be an array of "
            + "names, was the string \"b\"", hint: "see docs/commands.md"),
    Refused(
        values: #"'create_data_template', '{"settings": "-----BEGIN PGP PRIVATE KEY BLOCK-----"}'"#,
        sqlState: "FY004",
        message: "the arguments of create_data_template contain a secret PGP key",
        hint: "give the public key (gpg --armor --export); if others could have seen this "
            + "key, revoke it"),
    Refused(
        values: #"'stop_run', '{"run": 1.5}'"#, sqlState: "FY004",
        message: "argument \"run\" of stop_run must be a whole number, was number",
        hint: "see docs/commands.md"),
    Refused(
        values: "'create_data_export', jsonb_build_object('name', repeat('x', 257))",
        sqlState: "FY004",
        message: "argument \"name\" of create_data_export is longer than 256 characters",
        hint: "shorten it"),
    Refused(
        values: "'create_data_export', '{\"name\": \"a\"}', 4", sqlState: "FY004",
        message: "priority must be 0 to 3, was 4", hint: "0 is applied first, 2 is the default",
        columns: "command, arguments, priority"),
    Refused(
        values: "'create_data_export', '{\"name\": \"a\"}', 99999", sqlState: "FY004",
        message: "priority must be 0 to 3, was 99999",
        hint: "0 is applied first, 2 is the default",
        columns: "command, arguments, priority"),
    Refused(
        values: "'create_data_export', '{\"name\": \"a\"}', -1", sqlState: "FY004",
        message: "priority must be 0 to 3, was -1", hint: "0 is applied first, 2 is the default",
        columns: "command, arguments, priority"),
    Refused(
        values: "'create_data_export', '{\"name\": \"a\"}', repeat('k', 257)", sqlState: "FY004",
        message: "idempotency_key is longer than 256 characters", hint: "shorten it",
        columns: "command, arguments, idempotency_key"),
    Refused(
        values:
            "'add_tables', jsonb_build_object('name', 'a', 'tables', array[repeat('x', 1048576)])",
        sqlState: "FY005", message: "arguments of add_tables are larger than 1 MiB",
        hint: "split the tables over several commands (add_tables)"),
    Refused(
        values: "'create_data_export', '{\"name\": \"a\"}', 'staging'", sqlState: "FY006",
        message: "environment \"staging\" does not exist", hint: "environments are: production",
        columns: "command, arguments, environment"),
]

private let systemColumns = [
    ("id", "7"), ("actor", "'test_client_bob'"), ("actor", "current_user"),
    ("created_at", "now()"), ("state", "'applied'"), ("error_code", "'x'"), ("message", "'x'"),
    ("hint", "'x'"), ("attempts", "1"), ("finished_at", "now()"),
    ("login", "'test_client_bob'"),
]

@Suite("A command that cannot be right", .timeLimit(.minutes(15)))
struct RefusalTests {
    @Test func `is refused by its typed function for the same reason`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)

            let error = try await refusal(
                alice, "select ferry.create_data_export('a', priority => 99999)")

            #expect(error?.sqlState == "FY004")
            #expect(error?.message == "priority must be 0 to 3, was 99999")
        }
    }

    @Test func `is refused when it is sent, by name, with the way out`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            for expected in refused {
                let error = try await refusal(
                    alice,
                    "insert into ferry.commands (\(expected.columns)) values (\(expected.values))")

                #expect(error?.sqlState == expected.sqlState, "\(expected.testDescription)")
                #expect(error?.message == expected.message)
                #expect(error?.hint == expected.hint)
            }
            #expect(try await alice.number("select count(*) from ferry.commands") == 0)
        }
    }

    @Test func `is refused when it sets a column that is not the client's`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            for (column, value) in systemColumns {
                let error = try await refusal(
                    alice,
                    """
                    insert into ferry.commands (command, arguments, \(column))
                    values ('create_data_export', '{"name": "a"}', \(value))
                    """)

                #expect(error?.sqlState == "FY007", "\(column)")
                #expect(
                    error?.message == "only command, arguments, environment, priority, run_at and "
                        + "idempotency_key can be set")
                #expect(error?.hint == "omit the other columns: Ferry sets them")
            }
            #expect(try await alice.number("select count(*) from ferry.commands") == 0)
        }
    }

    @Test func `is refused by its typed function in the same words`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let calls = [
                ("create_data_export(null)", "FY002"),
                ("create_data_export('a', environment => 'staging')", "FY006"),
                ("create_data_export('a', priority => 9)", "FY004"),
                ("create_data_export('a', priority => 99999)", "FY004"),
                ("add_tables('a')", "FY002"), ("stop_run(-1)", "FY004"),
                ("create_destination('a', 'b', '[]')", "FY004"),
            ]
            for (call, sqlState) in calls {
                let error = try await refusal(alice, "select ferry.\(call)")
                #expect(error?.sqlState == sqlState, "\(call)")
            }
        }
    }
}
