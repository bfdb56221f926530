import Lifecycle
import Values

private let orchestrated = Scene(hasOrchestration: true)
private let lost = Scene.tables("a", "b", "gone", "locked")

let rejectionCases =
    malformedCases + unknownCommandCases + exportCases + tableSettingsCases + otherCases
    + editCases + policyCases + rollbackCases + resolutionCases + alertCases + groupCases
    + sandboxCases

private let malformedCases = [
    RejectionCase(
        .unknownEnvironment,
        command("delete_destination", ["name": "x"], environment: "staging"),
        message: "unknown environment \"staging\"", hint: "environments: production"),
    RejectionCase(
        .missingArgument, command("switch_database", ["name": "Daily", "database": .null]),
        message: "switch_database needs the argument \"database\"",
        hint: "arguments: database (string), name (string), tables (tables, optional)"),
    RejectionCase(
        .unknownArgument, command("stop_run", ["run": 1, "force": true]),
        message: "stop_run has no argument \"force\"", hint: "arguments: run (integer)"),
    RejectionCase(
        .wrongType, command("stop_run", ["run": "7"]),
        message: "argument \"run\" of stop_run must be a whole number of at most 18 digits, "
            + "not a string",
        hint: "arguments: run (integer)"),
    RejectionCase(
        .wrongType, command("stop_run", [7]),
        message: "the arguments of stop_run must be an object, not an array",
        hint: "arguments: run (integer)"),
    RejectionCase(
        .argumentTooLong,
        command(
            "register_database",
            ["name": "x", "credential": .string(String(repeating: "x", count: 2000))]),
        message: "argument \"credential\" of register_database has 2000 characters, "
            + "at most 256 are allowed",
        hint: "shorten it"),
    RejectionCase(
        .invalidName, command("create_data_export", ["name": " \t "]),
        message: "export name is empty", hint: "give a name of 1 to 128 characters"),
    RejectionCase(
        .invalidName,
        command("create_data_export", ["name": .string(String(repeating: "ü", count: 129))]),
        message: "export name has 129 characters, at most 128 are allowed",
        hint: "choose a shorter name"),
    RejectionCase(
        .invalidName, command("create_data_export", ["name": "_Sandbox"]),
        message: "\"_Sandbox\" is reserved and cannot be an export name",
        hint: "Ferry itself uses a folder of this name, for sandboxes or staged files: choose "
            + "another name"),
    RejectionCase(
        .invalidName, command("run_orchestration", ["name": "a\u{1b}[2Jb"]),
        message: "orchestration name \"a\\u{1b}[2Jb\" contains a control character",
        hint: "remove tabs, line ends and other control characters from it"),
    RejectionCase(
        .invalidTables, command("add_tables", ["name": "Daily", "tables": ["a", "a.b.c"]]),
        message: "\"a.b.c\" is not the name of a table",
        hint: "write schema.table or table; put a part with a dot or a quotation mark "
            + "in double quotes"),
    RejectionCase(
        .invalidTables, command("add_tables", ["name": "Daily", "tables": "a"]),
        message: "tables must be an array or \"all\", not the string \"a\"",
        hint: "write [\"a\"] for one table"),
    RejectionCase(
        .invalidTables, command("add_tables", ["name": "Daily", "tables": []]),
        message: "tables is empty",
        hint: "name one or more tables, or write \"all\""),
    RejectionCase(
        .invalidCredential,
        command("register_database", ["name": "web", "credential": "postgres://a:b@c/d"]),
        message: "credential of database \"web\" must be the name of a credential of the "
            + "workers: " + CredentialName.rule,
        hint: credentialHint),
    RejectionCase(
        .unknownDestinationKind,
        command("create_destination", ["name": "x", "kind": "ftp", "settings": [:]]),
        message: "unknown destination kind \"ftp\"",
        hint: "kinds: directory, postgres, s3, sftp"),
]

private let exportCases = [
    RejectionCase(
        .nameInUse, command("create_data_export", ["name": " Daily "]),
        message: "export name \"Daily\" is already in use (active)",
        hint: "choose another name; names are case-insensitive"),
    RejectionCase(
        .nameInUse, command("create_data_export", ["name": "daily"]),
        in: Scene(export: Scene.export(draft: Scene.draft(nil, nil))),
        message: "export name \"daily\" is already in use (draft, as \"Daily\")",
        hint: "choose another name; names are case-insensitive"),
    RejectionCase(
        .databaseNotRegistered,
        command("switch_database", ["name": "Daily", "database": "hr"]),
        message: "database \"hr\" is not registered; registered databases: \"crm\", \"erp\"",
        hint: "register it first with register_database, or choose a registered one"),
    RejectionCase(
        .databaseUnavailable, command("add_tables", ["name": "Daily", "tables": ["c"]]),
        knowing: [.catalog(databaseID: 1): .failed("timed out")],
        message: "cannot look up the tables of database \"crm\": timed out",
        hint: "check that its connection works, then resend the command"),
    RejectionCase(
        .tableNotInDatabase, command("add_tables", ["name": "Daily", "tables": ["t"]]),
        message: "table \"public.t\" is not in database \"crm\"",
        hint: "write schema.table as the database shows it; the default schema is public"),
    RejectionCase(
        .tableNotInDatabase,
        command("switch_database", ["name": "Daily", "database": "erp", "tables": ["b", "a"]]),
        message: "tables public.a, public.b are not in database \"erp\"",
        hint: "write schema.table as the database shows it; the default schema is public"),
    RejectionCase(
        .tableNotInExport,
        command("remove_tables", ["name": "Daily", "tables": ["a", "s.\"T x\""]]),
        message: "table \"s.\"T x\"\" is not in export \"Daily\"",
        hint: "see its tables: select name, tables from ferry.data_exports"),
    RejectionCase(
        .allTablesChosen, command("remove_tables", ["name": "Daily", "tables": ["a"]]),
        in: Scene(export: Scene.export(draft: Scene.draft(1, .all))),
        message: "cannot remove table \"public.a\" from \"Daily\": "
            + "it exports all tables of its database",
        hint: "name the tables to keep: edit_data_export with tables"),
    RejectionCase(
        .noDatabaseChosen, command("activate_data_export", ["name": "Daily"]),
        in: Scene(export: Scene.export(draft: Scene.draft(nil, nil))),
        message: "cannot activate \"Daily\": no database chosen",
        hint: "choose one with the argument database, or with switch_database"),
    RejectionCase(
        .noTablesChosen, command("activate_data_export", ["name": "Daily"]),
        in: Scene(export: Scene.export(draft: Scene.draft(1, nil))),
        message: "cannot activate \"Daily\": no tables chosen",
        hint: "choose tables with add_tables"),
    RejectionCase(
        .noTablesChosen, command("activate_data_export", ["name": "Daily"]),
        in: Scene(export: Scene.export(draft: Scene.draft(1, .all))),
        knowing: [.catalog(databaseID: 1): .catalog(Catalog([:], role: Scene.reader))],
        message: "cannot activate \"Daily\": database \"crm\" has no tables",
        hint: "create its tables first, or switch_database"),
    RejectionCase(
        .tablesMissing, command("activate_data_export", ["name": "Daily"]),
        in: Scene(export: Scene.export(draft: Scene.draft(1, Scene.tables("z", "a", "y")))),
        message: "cannot activate \"Daily\": tables missing: public.y, public.z",
        hint: "create them in database \"crm\", or remove_tables"),
    RejectionCase(
        .tablesMissing, command("activate_data_export", ["name": "Daily"]),
        in: Scene(export: Scene.export(draft: Scene.draft(1, lost))),
        message: "cannot activate \"Daily\": tables missing: public.gone; "
            + "tables not readable: public.locked",
        hint: "create them, grant SELECT on them in database \"crm\", or remove_tables"),
    RejectionCase(
        .noDraft, command("discard_draft", ["name": "Daily"]),
        message: "export \"Daily\" has no draft to discard",
        hint: "edit_data_export opens a draft of the active version"),
    RejectionCase(
        .noDraft, command("activate_data_export", ["name": "Daily"]),
        message: "export \"Daily\" has no draft to activate",
        hint: "edit_data_export opens a draft of the active version"),
    RejectionCase(
        .versionChanged, command("activate_data_export", ["name": "Daily"]),
        in: Scene(
            export: Scene.export(active: Scene.version(4), draft: Scene.draft(1, .all, base: 3))),
        message: "the active version changed since this draft was opened (v3 → v4): "
            + "discard it and edit again",
        hint: "discard_draft removes only the draft; the active version stays"),
]

private let otherCases = [
    RejectionCase(
        .notFound, command("delete_destination", ["name": "Sea"]),
        message: "destination \"Sea\" does not exist",
        hint: "list all: select name from ferry.destinations"),
    RejectionCase(
        .notFound, command("delete_data_template", ["destination": "lake", "name": "xml"]),
        message: "destination \"Lake\" has no data template \"xml\"",
        hint: "list all: select * from ferry.data_templates"),
    RejectionCase(
        .notFound, command("stop_run", ["run": 7]),
        message: "run 7 does not exist",
        hint: "list all: select id, state from ferry.runs"),
    RejectionCase(
        .nameInUse,
        command(
            "create_data_template",
            ["destination": "lake", "name": "CSV", "settings": ["format": "csv"]]),
        message: "data template name \"CSV\" is already in use at destination \"Lake\" "
            + "(as \"csv\")",
        hint: "choose another name; names are case-insensitive"),
    RejectionCase(
        .destinationTestFailed,
        command(
            "create_destination",
            ["name": "Sea", "kind": "directory", "settings": ["path": "/sea"]]),
        knowing: [
            .destinationTest(
                .init(name: "Sea", kind: "directory", settings: ["path": "/sea"])):
                .failed("/sea: no such directory")
        ],
        message: "destination \"Sea\" was not saved: its test failed: /sea: no such directory",
        hint: "fix the cause or the settings, then resend the command"),
    RejectionCase(
        .invalidSettings,
        command(
            "create_destination", ["name": "Sea", "kind": "directory", "settings": ["path": 7]]),
        knowing: [
            .destinationTest(.init(name: "Sea", kind: "directory", settings: ["path": 7])):
                .invalid("setting \"path\" must be a string")
        ],
        message: "destination \"Sea\" was not saved: setting \"path\" must be a string",
        hint: "correct its settings, then resend the command"),
    RejectionCase(
        .invalidSettings, command("test_destination", ["name": "Lake"]),
        knowing: [Scene.destinationTest("Lake"): .invalid("setting \"path\" must be absolute")],
        message: "the settings of destination \"Lake\" are not valid: "
            + "setting \"path\" must be absolute",
        hint: "correct them with edit_destination"),
    RejectionCase(
        .destinationTestFailed, command("test_destination", ["name": "Lake"]),
        knowing: [
            Scene.destinationTest("Lake"): .failed("no disk")
        ],
        message: "the test of destination \"Lake\" failed: no disk",
        hint: "fix the cause, then resend the command"),
    RejectionCase(
        .planFailed, command("plan_run", ["name": "Nightly"]), in: orchestrated,
        knowing: [
            .runPlan(
                dataExport: "Daily", inputs: Scene.inputs):
                .failed("tables missing in database \"crm\": public.a")
        ],
        message: "a run of \"Nightly\" would fail: "
            + "tables missing in database \"crm\": public.a",
        hint: "fix the cause, then plan again"),
    RejectionCase(
        .invalidSettings,
        command(
            "create_data_template",
            ["destination": "Lake", "name": "xml", "settings": ["format": "xml"]]),
        knowing: [
            .templateCheck(kind: "directory", settings: ["format": "xml"]):
                .failed("format must be csv")
        ],
        message: "data template \"xml\" was not saved: format must be csv",
        hint: "correct its settings, then resend the command"),
    RejectionCase(
        .exportIsDraft,
        command(
            "add_orchestration",
            ["data_export": "daily", "destination": "Lake", "data_template": "csv"]),
        in: Scene(export: Scene.export(draft: Scene.draft(1, .all))),
        message: "\"Daily\" is a draft: activate it first",
        hint: "use activate_data_export"),
    RejectionCase(
        .inUse, command("delete_data_export", ["name": "Daily"]), in: orchestrated,
        message: "cannot delete \"Daily\": used by orchestration \"Nightly\"; delete it first",
        hint: "use delete_orchestration"),
    RejectionCase(
        .inUse, command("delete_destination", ["name": "Lake"]), in: orchestrated,
        message: "cannot delete \"Lake\": used by orchestration \"Nightly\" "
            + "and data template \"csv\"; delete them first",
        hint: "use delete_orchestration, then delete_data_template"),
    RejectionCase(
        .inUse, command("unregister_database", ["name": "crm"]),
        message: "cannot unregister \"crm\": used by export \"Daily\"",
        hint: "switch those exports to another database and activate them, "
            + "or delete them first"),
    RejectionCase(
        .runInProgress, command("delete_data_export", ["name": "Daily"]),
        in: Scene(hasOrchestration: true, run: .running),
        message: "cannot delete \"Daily\": run 40 is sending it; "
            + "wait for it or stop it first",
        hint: "stop_run stops a run before it publishes, abandon_run ends one that cannot finish "
            + "publishing"),
    RejectionCase(
        .runInProgress, command("delete_orchestration", ["name": "nightly"]),
        in: Scene(hasOrchestration: true, run: .queued),
        message: "cannot delete \"Nightly\": run 40 of it has not ended; "
            + "wait for it or stop it first",
        hint: "stop_run stops a run before it publishes, abandon_run ends one that cannot finish "
            + "publishing"),
    RejectionCase(
        .runStopping, command("stop_run", ["run": 40]), in: Scene(run: .stopping),
        message: "run 40 is already stopping",
        hint: "wait until it is stopped; none of its output becomes visible"),
    RejectionCase(
        .runPublishing, command("stop_run", ["run": 40]), in: Scene(run: .publishing),
        message: "run 40 is publishing and can only finish",
        hint: "wait until it has succeeded; abandon_run ends one that cannot"),
    RejectionCase(
        .runNotRunning, command("stop_run", ["run": 40]), in: Scene(run: .succeeded),
        message: "run 40 is not running (succeeded)",
        hint: "only a queued or running run can be stopped"),
]
