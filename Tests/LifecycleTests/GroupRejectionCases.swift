import Lifecycle
import Values

private let morning = Scene(hasOrchestration: true, groups: [Scene.group()])
private let chain = Scene(
    hasOrchestration: true,
    groups: [
        Scene.group(), Scene.group("Noon", id: 61, .after(60)),
        Scene.group("Evening", id: 62, .after(61)),
    ])

private func create(_ trigger: [String: JSONValue]) -> CommandEnvelope {
    command(
        "create_orchestration_group",
        .object(["name": "G", "orchestrations": ["Nightly"]].merging(trigger) { $1 }))
}

private func edit(_ change: [String: JSONValue], _ name: String = "morning") -> CommandEnvelope {
    command(
        "edit_orchestration_group", .object(["name": .string(name)].merging(change) { $1 }))
}

private func unknownZone(_ name: String, hint: String) -> RejectionCase {
    RejectionCase(
        .unknownTimeZone, create(["schedule": "0 0 * * *", "time_zone": .string(name)]),
        in: morning, message: "there is no time zone \"\(name)\"", hint: hint)
}

let groupCases = memberCases + triggerCases + runCases

private let memberCases = [
    RejectionCase(
        .invalidOrchestrations, create(["orchestrations": []]),
        message: "orchestrations is empty", hint: "name one or more"),
    RejectionCase(
        .invalidOrchestrations, create(["orchestrations": ["Nightly", " nightly"]]),
        message: "orchestrations names \"nightly\" more than once",
        hint: "name each once; names are case-insensitive"),
    RejectionCase(
        .argumentTooLong,
        create(["orchestrations": .array((0...500).map { .string("o\($0)") })]),
        message: "orchestrations names 501 orchestrations, at most 500 are allowed",
        hint: "create several groups that run after one another"),
    RejectionCase(
        .notFound, create(["manual": true, "orchestrations": ["Nightly", "Weekly"]]), in: morning,
        message: "orchestration \"Weekly\" does not exist",
        hint: "list all: select name from ferry.orchestrations"),
    RejectionCase(
        .nameInUse, create(["manual": true, "name": "MORNING"]), in: morning,
        message: "orchestration group name \"MORNING\" is already in use (as \"Morning\")",
        hint: "choose another name; names are case-insensitive"),
    RejectionCase(
        .inUse, command("delete_orchestration", ["name": "nightly"]), in: chain,
        message: "cannot delete \"Nightly\": it is in orchestration groups "
            + "\"Evening\", \"Morning\", \"Noon\"",
        hint: "remove it with edit_orchestration_group, or use delete_orchestration_group"),
]

private let triggerCases = [
    RejectionCase(
        .invalidTrigger, create([:]), in: morning,
        message: "choose exactly one of: manual, schedule, after",
        hint: "for example \"schedule\": \"30 2 * * 1-5\", or \"manual\": true"),
    RejectionCase(
        .invalidTrigger, create(["manual": true, "schedule": "0 0 * * *"]), in: morning,
        message: "choose exactly one of: manual, schedule, after",
        hint: "for example \"schedule\": \"30 2 * * 1-5\", or \"manual\": true"),
    RejectionCase(
        .invalidTrigger, edit(["after": "Noon", "schedule": "0 0 * * *"]), in: morning,
        message: "choose exactly one of: manual, schedule, after",
        hint: "for example \"schedule\": \"30 2 * * 1-5\", or \"manual\": true"),
    RejectionCase(
        .invalidTrigger, edit(["time_zone": "UTC"]), in: morning,
        message: "time_zone requires schedule",
        hint: "give a schedule, or omit time_zone"),
    RejectionCase(
        .invalidTrigger, create(["manual": true, "catch_up": "none"]), in: morning,
        message: "catch_up requires schedule",
        hint: "give a schedule, or omit catch_up"),
    RejectionCase(
        .invalidSchedule, create(["schedule": "0 24 * * *"]), in: morning,
        message: "cron field 2 (hour) must be 0-23, was 24",
        hint: "fields: minute hour day-of-month month day-of-week; for example "
            + "30 2 * * 1-5, half past two from Monday to Friday"),
    RejectionCase(
        .invalidSchedule, create(["schedule": "0 0 31 2 *"]), in: morning,
        message: "the schedule \"0 0 31 2 *\" can never fire: none of its months has a day 31",
        hint: "choose a day that exists in these months"),
    RejectionCase(
        .invalidSchedule, create(["schedule": "\u{1b} 0 * * *"]), in: morning,
        message: "cron field 1 (minute) must be 0-59, was \"\\u{1b}\"",
        hint: "fields: minute hour day-of-month month day-of-week; for example "
            + "30 2 * * 1-5, half past two from Monday to Friday"),
    RejectionCase(
        .invalidSchedule, create(["schedule": "0 0 * * *", "catch_up": "all"]), in: morning,
        message: "catch_up must be one or none, was \"all\"",
        hint: "one starts one run for all missed times, none skips them"),
    unknownZone("Berlin", hint: "did you mean Europe/Berlin?"),
    unknownZone("europe/berln", hint: "did you mean Europe/Berlin?"),
    unknownZone("new york", hint: "did you mean America/New_York?"),
    unknownZone("utc", hint: "did you mean UTC?"),
    unknownZone(
        "Middle/Earth", hint: "write a name of the IANA database, for example Europe/Berlin or UTC"
    ),
    RejectionCase(
        .notFound, create(["after": "Dawn"]), in: morning,
        message: "orchestration group \"Dawn\" does not exist",
        hint: "list all: select name from ferry.orchestration_groups"),
    RejectionCase(
        .circularGroups, edit(["after": "Morning"]), in: morning,
        message: "orchestration group \"Morning\" cannot run after itself",
        hint: "name another group, or choose manual or schedule"),
    RejectionCase(
        .circularGroups, edit(["after": "evening"]), in: chain,
        message: "orchestration group \"Morning\" cannot run after \"Evening\": \"Evening\" runs "
            + "after \"Noon\", \"Noon\" runs after \"Morning\"",
        hint: "give one of them another trigger first"),
]

private let runCases = [
    RejectionCase(
        .groupDisabled, command("run_orchestration_group", ["name": "morning"]),
        in: Scene(hasOrchestration: true, groups: [Scene.group(isEnabled: false)]),
        message: "orchestration group \"Morning\" is disabled",
        hint: "enable it with enable_orchestration_group, or run its orchestrations "
            + "individually with run_orchestration"),
    RejectionCase(
        .exportIsDraft, command("run_orchestration_group", ["name": "morning"]),
        in: Scene(
            export: Scene.export(draft: Scene.draft(1, .all)), hasOrchestration: true,
            groups: [Scene.group()]),
        message: "cannot run \"Morning\": orchestration \"Nightly\": "
            + "\"Daily\" is a draft: activate it first",
        hint: "use activate_data_export"),
    RejectionCase(
        .inUse, command("delete_orchestration_group", ["name": "morning"]), in: chain,
        message: "cannot delete \"Morning\": orchestration group \"Noon\" runs after it",
        hint: "give them another trigger with edit_orchestration_group, or delete them first"),
    RejectionCase(
        .runInProgress, command("delete_orchestration_group", ["name": "morning"]),
        in: Scene(hasOrchestration: true, run: .running, groups: [Scene.group()]),
        message: "cannot delete \"Morning\": run 40 of it has not ended; "
            + "wait for it or stop it first",
        hint: "stop_run stops a run before it publishes, abandon_run ends one that cannot finish "
            + "publishing"),
]
