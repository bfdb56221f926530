import Values

@testable import ferry

extension Subcommand {
    static let alerts = [
        Subcommand(
            [
                "alert", "create", "Ops", "--on", "failure, runtime", "--credential", "hook",
                "--runtime-seconds-max", "7200", "--retry-seconds-max", "0", "--orchestration",
                "O",
            ],
            "create_alert",
            [
                "name": "Ops", "on": ["failure", "runtime"], "credential": "hook",
                "runtime_seconds_max": 7200, "retry_seconds_max": 0, "orchestration": "O",
            ]),
        Subcommand(
            [
                "alert", "create", "Pager", "--on", "failure", "--program", "/usr/bin/page",
                "--program-argument", "--team", "--program-argument", "a b",
            ],
            "create_alert",
            [
                "name": "Pager", "on": ["failure"],
                "program": ["/usr/bin/page", "--team", "a b"],
            ]),
        Subcommand(
            [
                "alert", "edit", "Ops", "--on", "failure,runtime", "--credential", "hook",
                "--runtime-seconds-max", "60", "--retry-seconds-max", "60", "--orchestration",
                "O",
            ],
            "edit_alert",
            [
                "name": "Ops", "on": ["failure", "runtime"], "credential": "hook",
                "runtime_seconds_max": 60, "retry_seconds_max": 60, "orchestration": "O",
            ]),
        Subcommand(
            ["alert", "edit", "Ops", "--on", "success", "--program", "/usr/bin/page"],
            "edit_alert", ["name": "Ops", "on": ["success"], "program": ["/usr/bin/page"]]),
        Subcommand(["alert", "delete", "Ops"], "delete_alert", ["name": "Ops"]),
        Subcommand(["alert", "test", "Ops"], "test_alert", ["name": "Ops"]),
    ]
}
