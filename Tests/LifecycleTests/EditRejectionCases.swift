import Lifecycle

let editCases = [
    RejectionCase(
        .notFound, command("edit_database", ["name": "hr", "connection": "env:HR"]),
        message: "database \"hr\" does not exist",
        hint: "see what there is: select name from ferry.databases"),
    RejectionCase(
        .invalidConnection, command("edit_database", ["name": "crm", "connection": "host=db"]),
        message: "connection of database \"crm\" must be a reference to a secret: "
            + "env:NAME or file:/absolute/path",
        hint: "put the connection string into an environment variable or a file of the "
            + "workers and name it here"),
    RejectionCase(
        .kindIsFixed, command("edit_destination", ["name": "lake", "kind": "s3"]),
        message: "destination \"Lake\" is of kind directory, which cannot be changed to s3",
        hint: "create another destination of that kind, and let orchestrations use it "
            + "with edit_orchestration"),
    RejectionCase(
        .destinationTestFailed,
        command("edit_destination", ["name": "lake", "settings": ["path": "/sea"]]),
        knowing: [
            .destinationTest(
                .init(name: "Lake", kind: "directory", settings: ["path": "/sea"])):
                .failed("/sea: no such directory")
        ],
        message: "destination \"Lake\" was not saved: its test failed: /sea: no such directory",
        hint: "mend the cause or the settings, then send the command again"),
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
        hint: "correct its settings, then send the command again"),
    RejectionCase(
        .notFound,
        command("edit_orchestration", ["name": "nightly", "data_template": "xml"]),
        in: Scene(hasOrchestration: true),
        message: "destination \"Lake\" has no data template \"xml\"",
        hint: "see what there is: select * from ferry.data_templates"),
]
