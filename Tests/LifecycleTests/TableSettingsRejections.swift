import Lifecycle
import Values

/// What is said of settings of a table that cannot be taken.
let tableSettingsCases =
    [
        RejectionCase(
            .tableNotInExport, edit("c", ["filter": "true"]),
            message: "table \"public.c\" is not in export \"Daily\"",
            hint: "add it first with add_tables"),
        RejectionCase(
            .tableNotInDatabase, edit("z", ["filter": "true"]), in: ofAll,
            message: "table \"public.z\" is not in database \"crm\"",
            hint: "write schema.table as the database shows it; the default schema is public"),
        RejectionCase(
            .noDatabaseChosen, edit("a", ["filter": "true"]),
            in: Scene(export: Scene.export(draft: Scene.draft(nil, nil))),
            message: "cannot edit a table of \"Daily\": no database chosen",
            hint: "choose one with the argument database, or with switch_database"),
        RejectionCase(
            .invalidTables, edit("a.b.c", [:]), message: "\"a.b.c\" is not the name of a table",
            hint: "write schema.table or table; put a part with a dot or a quotation mark "
                + "in double quotes"),
        RejectionCase(
            .invalidTableSettings, command("activate_data_export", ["name": "Daily"]), in: filtered,
            knowing: [
                .tableSettings(databaseID: 1, settings: filter, ofAll: false): .problems([
                    "table public.a has no column x\u{1b}", "table public.b: no",
                ])
            ],
            message: "cannot activate \"Daily\": table public.a has no column x\\u{1b}; "
                + "table public.b: no",
            hint: "correct the settings with edit_table; {} removes all settings of a table"),
        RejectionCase(
            .databaseUnavailable, command("activate_data_export", ["name": "Daily"]), in: filtered,
            knowing: [
                .tableSettings(databaseID: 1, settings: filter, ofAll: false): .failed("gone")
            ],
            message: "cannot look up the tables of database \"crm\": gone",
            hint: "check that its connection works, then resend the command"),
    ]
    + malformed.map { settings, message, hint in
        RejectionCase(
            .invalidTableSettings, edit("a", settings),
            message: "settings of table \"public.a\": " + message, hint: hint)
    }

private let ofAll = Scene(export: Scene.export(draft: Scene.draft(1, .all)))
private let filter = [TableName(schema: "public", name: "a"): settings(["filter": "x > 0"])]
private let filtered = Scene(
    export: Scene.export(
        draft: Draft(
            databaseID: 1, tables: Scene.tables("a", "b"), tableSettings: filter, openedBy: "anna")
    ))

private func edit(_ table: String, _ settings: JSONValue) -> CommandEnvelope {
    command(
        "edit_table", ["name": "Daily", "table": .string(table), "settings": settings])
}

/// Settings that a test knows to be right.
func settings(_ json: JSONValue) -> TableSettings {
    (try? TableSettings(json)) ?? TableSettings()
}

private let known = "settings of a table: columns, filter, mask, rows; {} removes all of them"
private let masks =
    "masks: \"null\", \"hash\", {\"keep_first\": 2}, {\"keep_last\": 4}, {\"constant\": \"x\"}"
private let kept = "give a whole number; values that are not longer are sent unmasked"
private let bounds =
    "for example {\"minimum\": 10000, \"maximum\": 2000000, \"otherwise\": \"warn\"}"

private let malformed: [(JSONValue, String, String)] = [
    (["colums": ["a"], "x": 1], "unknown setting \"colums\"", known),
    (["columns": "a"], "columns must be an array of names, not a string", known),
    (["columns": []], "columns is empty", "omit columns to send all columns"),
    (["columns": [1]], "columns must contain names, not a number", known),
    (["columns": ["b", "a", "b"]], "columns names \"b\" twice", known),
    (
        ["columns": [""]], "\"\" is not the name of a column",
        "write the name as the database shows it, without quotes"
    ),
    (
        ["columns": .array((0...1600).map { .string("c\($0)") })],
        "columns names 1601 columns, a table has at most 1600", known
    ),
    (["filter": true], "filter must be a string, not a boolean", known),
    (
        ["filter": "a;b"], "filter contains a semicolon outside of quotes",
        "write one boolean SQL expression, such as country = 'CH' and total > 0"
    ),
    (
        ["filter": .string(String(repeating: "ü", count: 4_001))],
        "filter has 4001 characters, at most 4000 are allowed",
        "shorten it, or move its logic to a view or a function of the source"
    ),
    (["mask": ["a"]], "mask must be an object, not an array", known),
    (["mask": ["a": "sha1"]], "column \"a\" has an unknown mask", masks),
    (
        ["mask": ["a": ["keep_last": 1, "x": 2]]], "column \"a\" has an unknown mask",
        masks
    ),
    (
        ["mask": ["a": ["keep_last": -1]]],
        "the mask of column \"a\" must keep 0 to 1000 characters", kept
    ),
    (
        ["mask": ["a": ["keep_first": "2"]]],
        "the mask of column \"a\" must keep 0 to 1000 characters", kept
    ),
    (
        ["mask": ["a": ["constant": "x\u{0}"]]],
        "the constant of column \"a\" must be a string of at most 1000 characters, without NUL",
        "shorten it, or use \"null\" to send NULL"
    ),
    (
        ["columns": ["a"], "mask": ["c": "hash", "b": "null"]],
        "column \"b\" is masked, but is not among the columns sent",
        "remove it from mask, or add it to columns"
    ),
    (["rows": 7], "rows must be an object, not a number", bounds),
    (["rows": ["min": 7]], "rows has no key \"min\"", bounds),
    (["rows": ["minimum": -1]], "rows.minimum must be a whole number, 0 or more", bounds),
    (["rows": ["maximum": 1.5]], "rows.maximum must be a whole number, 0 or more", bounds),
    (["rows": ["otherwise": "warn"]], "rows has neither minimum nor maximum", bounds),
    (
        ["rows": ["minimum": 2, "maximum": 1]], "rows.minimum 2 is above rows.maximum 1", bounds
    ),
    (
        ["rows": ["minimum": 2, "otherwise": "stop"]],
        "rows.otherwise must be \"fail\" or \"warn\"", bounds
    ),
]
