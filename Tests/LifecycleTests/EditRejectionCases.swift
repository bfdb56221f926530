import Lifecycle
import Values

let editCases = [
    RejectionCase(
        .notFound, command("edit_database", ["name": "hr", "credential": "hr"]),
        message: "database \"hr\" does not exist",
        hint: "list all: select name from ferry.databases"),
    RejectionCase(
        .invalidCredential, command("edit_database", ["name": "crm", "credential": "host=db"]),
        message: "credential of database \"crm\" must be the name of a credential of the "
            + "workers: " + CredentialName.rule,
        hint: credentialHint),
    RejectionCase(
        .kindIsFixed, command("edit_destination", ["name": "lake", "kind": "s3"]),
        message: "destination \"Lake\" is of kind directory, which cannot be changed to s3",
        hint: "create a destination of that kind, and switch orchestrations to it with "
            + "edit_orchestration"),
    RejectionCase(
        .destinationTestFailed,
        command("edit_destination", ["name": "lake", "settings": ["path": "/sea"]]),
        knowing: [
            .destinationTest(
                .init(name: "Lake", kind: "directory", settings: ["path": "/sea"])):
                .failed("/sea: no such directory")
        ],
        message: "destination \"Lake\" was not saved: its test failed: /sea: no such directory",
        hint: "fix the cause or the settings, then resend the command"),
    RejectionCase(
        .invalidSettings,
        command(
            "edit_data_template",
            ["destination": "lake", "name": "CSV", "settings": ["format": "xml"]]),
        knowing: [
            .templateCheck(kind: "directory", settings: ["format": "xml"]):
                .failed("format must be csv")
        ],
        message: "data template \"csv\" was not saved: format must be csv",
        hint: "correct its settings, then resend the command"),
    RejectionCase(
        .notFound,
        command("edit_orchestration", ["name": "nightly", "data_template": "xml"]),
        in: Scene(hasOrchestration: true),
        message: "destination \"Lake\" has no data template \"xml\"",
        hint: "list all: select * from ferry.data_templates"),
]
