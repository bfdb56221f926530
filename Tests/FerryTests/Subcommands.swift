import Testing
import Values

@testable import ferry

/// What a person types, and the command and arguments it stands for: at least one line for each
/// command, which together give all of its arguments.
struct Subcommand: CustomTestStringConvertible {
    var words: [String]
    var command: String
    var arguments: JSONValue

    init(_ words: [String], _ command: String, _ arguments: JSONValue) {
        self.words = words
        self.command = command
        self.arguments = arguments
    }

    var testDescription: String { words.joined(separator: " ") }

    static let all: [Subcommand] =
        databases + exports + destinations + orchestrations + groups + policies + alerts
        + sandboxes

    private static let databases = [
        Subcommand(
            ["database", "register", "crm", "--credential", "crm"],
            "register_database", ["name": "crm", "credential": "crm"]),
        Subcommand(
            ["database", "edit", "crm", "--credential", "other"],
            "edit_database", ["name": "crm", "credential": "other"]),
        Subcommand(["database", "unregister", "crm"], "unregister_database", ["name": "crm"]),
    ]

    private static let exports = [
        Subcommand(["export", "create", "42"], "create_data_export", ["name": "42"]),
        Subcommand(
            ["export", "create", "X", "--database", "crm", "--tables", "all"],
            "create_data_export", ["name": "X", "database": "crm", "tables": "all"]),
        Subcommand(
            [
                "export", "edit", "X", "--database", "crm", "--tables", "a, \"b,c\".d", "--tables",
                "e",
            ],
            "edit_data_export",
            ["name": "X", "database": "crm", "tables": ["a", "\"b,c\".d", "e"]]),
        Subcommand(
            ["export", "add-tables", "X", "public.a,public.b", "c"],
            "add_tables", ["name": "X", "tables": ["public.a", "public.b", "c"]]),
        Subcommand(
            ["export", "remove-tables", "X", "public.a"],
            "remove_tables", ["name": "X", "tables": ["public.a"]]),
        Subcommand(
            [
                "export", "edit-table", "X", "public.a", "--setting",
                "columns=[\"card\", \"name\"]",
                "--setting", "mask.name=hash", "--setting", "mask.card={\"keep_last\": 4}",
                "--setting", "rows.minimum=1000", "--setting", "filter=country = 'CH'",
            ],
            "edit_table",
            [
                "name": "X", "table": "public.a",
                "settings": [
                    "columns": ["card", "name"], "filter": "country = 'CH'",
                    "mask": ["name": "hash", "card": ["keep_last": 4]],
                    "rows": ["minimum": 1000],
                ],
            ]),
        Subcommand(
            ["export", "edit-table", "X", "a", "--settings", "{}"],
            "edit_table", ["name": "X", "table": "a", "settings": [:]]),
        Subcommand(
            ["export", "switch-database", "X", "erp", "--tables", "a"],
            "switch_database", ["name": "X", "database": "erp", "tables": ["a"]]),
        Subcommand(["export", "activate", "X"], "activate_data_export", ["name": "X"]),
        Subcommand(
            ["export", "roll-back", "X", "2"], "roll_back_data_export",
            ["name": "X", "version": 2]),
        Subcommand(["export", "discard-draft", "X"], "discard_draft", ["name": "X"]),
        Subcommand(["export", "delete", "X"], "delete_data_export", ["name": "X"]),
    ]

    private static let destinations = [
        Subcommand(
            [
                "destination", "create", "D", "--kind", "directory", "--setting", "path=/exports",
                "--setting", "limits.tasks=4", "--administrators-only",
            ],
            "create_destination",
            [
                "name": "D", "kind": "directory", "administrators_only": true,
                "settings": ["path": "/exports", "limits": ["tasks": 4]],
            ]),
        Subcommand(
            [
                "destination", "edit", "D", "--kind", "s3", "--setting", "bucket=b",
                "--no-administrators-only",
            ],
            "edit_destination",
            [
                "name": "D", "kind": "s3", "settings": ["bucket": "b"],
                "administrators_only": false,
            ]),
        Subcommand(["destination", "edit", "D"], "edit_destination", ["name": "D"]),
        Subcommand(["destination", "delete", "D"], "delete_destination", ["name": "D"]),
        Subcommand(["destination", "test", "D"], "test_destination", ["name": "D"]),
        Subcommand(
            [
                "template", "create", "D", "T", "--setting", "format=csv", "--setting",
                "header=true", "--setting", "null_text=\"0\"",
            ],
            "create_data_template",
            [
                "destination": "D", "name": "T",
                "settings": ["format": "csv", "header": true, "null_text": "0"],
            ]),
        Subcommand(
            ["template", "edit", "D", "T", "--settings", "{\"format\": \"tsv\"}"],
            "edit_data_template",
            ["destination": "D", "name": "T", "settings": ["format": "tsv"]]),
        Subcommand(
            ["template", "delete", "D", "T"],
            "delete_data_template", ["destination": "D", "name": "T"]),
    ]

    private static let orchestrations = [
        Subcommand(
            ["orchestration", "add", "X", "--destination", "D", "--template", "T", "--name", "O"],
            "add_orchestration",
            ["data_export": "X", "destination": "D", "data_template": "T", "name": "O"]),
        Subcommand(
            [
                "orchestration", "edit", "O", "--export", "X", "--destination", "D",
                "--template", "T",
            ],
            "edit_orchestration",
            ["name": "O", "data_export": "X", "destination": "D", "data_template": "T"]),
        Subcommand(["orchestration", "delete", "O"], "delete_orchestration", ["name": "O"]),
        Subcommand(["orchestration", "run", "O"], "run_orchestration", ["name": "O"]),
        Subcommand(["run", "plan", "O"], "plan_run", ["name": "O"]),
        Subcommand(["run", "stop", "7"], "stop_run", ["run": 7]),
        Subcommand(["run", "retry", "7"], "retry_run", ["run": 7]),
        Subcommand(["run", "restart", "7", "--follow"], "restart_run", ["run": 7]),
        Subcommand(
            ["run", "skip-task", "7", "sales.orders"],
            "skip_task", ["run": 7, "table": "sales.orders"]),
        Subcommand(
            ["run", "abandon", "7", "--confirm", "Nightly", "--reason", "the bucket is gone"],
            "abandon_run", ["run": 7, "confirm": "Nightly", "reason": "the bucket is gone"]),
    ]

    private static let groups =
        [
            Subcommand(
                [
                    "group", "create", "G", "--orchestration", "A", "--orchestration", "B",
                    "--schedule", "30 2 * * *", "--time-zone", "Europe/Berlin", "--catch-up",
                    "none",
                ],
                "create_orchestration_group",
                [
                    "name": "G", "orchestrations": ["A", "B"], "schedule": "30 2 * * *",
                    "time_zone": "Europe/Berlin", "catch_up": "none",
                ]),
            Subcommand(
                ["group", "create", "G", "--orchestration", "A", "--after", "F"],
                "create_orchestration_group",
                ["name": "G", "orchestrations": ["A"], "after": "F"]),
            Subcommand(
                ["group", "create", "G", "--orchestration", "A", "--manual"],
                "create_orchestration_group",
                ["name": "G", "orchestrations": ["A"], "manual": true]),
            Subcommand(
                ["group", "edit", "G", "--schedule", "@daily", "--time-zone", "UTC"],
                "edit_orchestration_group",
                ["name": "G", "schedule": "@daily", "time_zone": "UTC"]),
            Subcommand(
                [
                    "group", "edit", "G", "--orchestration", "A", "--after", "F", "--manual",
                    "--catch-up", "one",
                ],
                "edit_orchestration_group",
                [
                    "name": "G", "orchestrations": ["A"], "after": "F", "manual": true,
                    "catch_up": "one",
                ]),
        ]
        + ["delete", "enable", "disable", "run"].map {
            Subcommand(["group", $0, "G"], "\($0)_orchestration_group", ["name": "G"])
        }

    private static let policies =
        [
            Subcommand(
                [
                    "policy", "grant", "team", "datagrid_operator", "--all-environments",
                    "--allow-sandbox-administration", "--restrict-data-exports",
                ],
                "grant_policy",
                [
                    "role": "team", "policy": "datagrid_operator", "all_environments": true,
                    "allow_sandbox_administration": true, "restrict_data_exports": true,
                ]),
            Subcommand(
                ["policy", "grant", "team", "amp360_user", "--denial"],
                "grant_policy", ["role": "team", "policy": "amp360_user", "denial": true]),
            Subcommand(
                ["policy", "revoke", "team", "amp360_user", "--all-environments"],
                "revoke_policy",
                ["role": "team", "policy": "amp360_user", "all_environments": true]),
        ]

    private static let sandboxes = [
        Subcommand(
            ["sandbox", "create", "Spring", "--description", "for May"], "create_sandbox",
            ["name": "Spring", "description": "for May"]),
        Subcommand(
            ["sandbox", "pull", "Spring", "--keep", "production"], "pull_sandbox",
            ["name": "Spring", "keep": "production"]),
        Subcommand(
            ["sandbox", "promote", "Spring", "--message", "May", "--delete"], "promote_sandbox",
            ["name": "Spring", "message": "May", "delete": true]),
        Subcommand(
            ["sandbox", "delete", "Spring", "--confirm", "Spring"], "delete_sandbox",
            ["name": "Spring", "confirm": "Spring"]),
        Subcommand(
            ["setting", "change", "production_changes", "promotion only"], "change_setting",
            ["name": "production_changes", "value": "promotion only"]),
    ]
}
