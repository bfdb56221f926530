import Lifecycle
import Values

private let fresh = SandboxScene.withSandbox()
private let promotionOnly = SandboxScene.withSandbox {
    $0.apply("change_setting", ["name": "production_changes", "value": "promotion only"])
}

let sandboxCases = [
    RejectionCase(
        .invalidChoice, command("pull_sandbox", ["name": "Try", "keep": "both"]),
        world: fresh.world, message: "keep cannot be \"both\"",
        hint: "write sandbox or production"),
    RejectionCase(
        .invalidChoice, command("change_setting", ["name": "colour", "value": "any"]),
        message: "unknown setting \"colour\"",
        hint: "settings: production_changes, retention, waiting_commands_max"),
    RejectionCase(
        .invalidChoice, command("change_setting", ["name": "retention", "value": "400"]),
        message: "retention cannot be \"400\"",
        hint: "write 'off', or a number of days from 1 to 99999, for example '400d'"),
    RejectionCase(
        .invalidChoice, command("change_setting", ["name": "retention", "value": "0d"]),
        message: "retention cannot be \"0d\"",
        hint: "write 'off', or a number of days from 1 to 99999, for example '400d'"),
    RejectionCase(
        .promotionOnly, command("create_data_export", ["name": "X"]), world: promotionOnly.world,
        message: "create_data_export: data exports of production are changed by promotion only",
        hint: "create a sandbox (create_sandbox), change them there and promote it "
            + "(promote_sandbox)"),
    RejectionCase(
        .notInProduction,
        command("pull_sandbox", ["name": "Try"], environment: "Try"), world: fresh.world,
        message: "pull_sandbox belongs in the environment \"production\", not in \"Try\"",
        hint: "omit the environment: production is the default"),
    RejectionCase(
        .unknownEnvironment,
        command("discard_draft", ["name": "x"], environment: "staging"), world: fresh.world,
        message: "unknown environment \"staging\"", hint: "environments: production, Try"),
    RejectionCase(
        .notFound, command("pull_sandbox", ["name": "Trial"]), world: fresh.world,
        message: "sandbox \"Trial\" does not exist",
        hint: "list all: select name from ferry.sandboxes"),
    RejectionCase(
        .sandboxConflict, command("pull_sandbox", ["name": "Try"]),
        world: SandboxScene.withSandbox { scene in
            for (table, environment) in [("c", "production"), ("a", "Try")] {
                scene.apply(
                    "edit_data_export", ["name": "Daily", "tables": [.string(table)]],
                    in: environment)
                scene.apply("activate_data_export", ["name": "Daily"], in: environment)
                scene.apply(
                    "register_database",
                    ["name": "hr", "credential": .string(table)],
                    in: environment)
            }
        }.world,
        message: "cannot pull into \"Try\": production and the sandbox both changed 2 objects: "
            + "database \"hr\", export \"Daily\"",
        hint: "see both sides in ferry.sandbox_changes, then pull with keep => "
            + "'sandbox' or 'production'"),
    RejectionCase(
        .sandboxBehind, command("promote_sandbox", ["name": "Try", "message": "m"]),
        world: SandboxScene.withSandbox {
            $0.apply("unregister_database", ["name": "erp"])
        }.world,
        message: "cannot promote \"Try\": production has changed since the last sync: "
            + "database \"erp\" (removed)",
        hint: "bring these changes into the sandbox with pull_sandbox, test it, then promote it"),
    RejectionCase(
        .sandboxHasErrors, command("promote_sandbox", ["name": "Try", "message": "m"], id: 7000),
        world: SandboxScene.withSandbox { scene in
            scene.apply("delete_orchestration", ["name": "Nightly"], in: "Try")
            scene.catalogs["crm"] = .catalog(Scene.catalog("a"))
            _ = scene.decide("promote_sandbox", ["name": "Try", "message": "m"])
        }.world,
        message: "cannot promote \"Try\": export \"Daily\": table \"public.b\" is not in "
            + "database \"crm\"",
        hint: "fix them, or remove the affected objects from the sandbox; see "
            + "ferry.sandbox_problems"),
    RejectionCase(
        .nothingToPromote, command("promote_sandbox", ["name": "Try", "message": "m"]),
        world: fresh.world,
        message: "sandbox \"Try\" has no changes to promote",
        hint: "drafts are not promoted: activate them first (activate_data_export)"),
    RejectionCase(
        .missingArgument, command("promote_sandbox", ["name": "Try", "message": " "]),
        world: fresh.world,
        message: "promote_sandbox needs the argument \"message\", which is empty",
        hint: "give a short reason for the change"),
    RejectionCase(
        .notConfirmed, command("delete_sandbox", ["name": "Try", "confirm": "Tri"]),
        world: fresh.world, message: "sandbox \"Try\" was not deleted: confirm is \"Tri\"",
        hint: "deleting cannot be undone: repeat the sandbox's name in confirm"),
    RejectionCase(
        .referenceMissing, command("pull_sandbox", ["name": "Try"], id: 7000),
        world: SandboxScene.withSandbox { scene in
            scene.apply("delete_orchestration", ["name": "Nightly"], in: "Try")
            scene.apply(
                "delete_data_template", ["destination": "Lake", "name": "csv"], in: "Try")
            scene.apply(
                "add_orchestration",
                [
                    "data_export": "Daily", "destination": "Lake", "data_template": "csv",
                    "name": "Weekly",
                ])
            scene.know(.newIDs(command: 7000, count: 1), .ids([7001]))
        }.world,
        message: "orchestration \"Weekly\" uses data template \"csv\" of \"Lake\", "
            + "which is not in \"Try\"",
        hint: "create it there again, or remove orchestration \"Weekly\" first"),
]
