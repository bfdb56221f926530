import Lifecycle
import Values

/// A command about the alert "Ops".
private func create(_ arguments: [String: JSONValue]) -> CommandEnvelope {
    let all: [String: JSONValue] = ["name": "Ops", "on": ["failure"]]
    return command("create_alert", .object(all.merging(arguments) { $1 }))
}

private let hook: JSONValue = "hook"

let credentialHint =
    "give the secret itself to the workers, as FERRY_CREDENTIAL_NAME or in a file "
    + "(ferry worker --credentials), and its name here"

let alertCases = [
    RejectionCase(
        .invalidAlert, create(["on": [], "credential": hook]),
        message: "alert \"Ops\": \"on\" is empty",
        hint: "events: failure, success, runtime, stuck"),
    RejectionCase(
        .invalidAlert, create(["on": ["failure", "stopped"], "credential": hook]),
        message: "alert \"Ops\": \"on\" has the unknown event \"stopped\"",
        hint: "events: failure, success, runtime, stuck"),
    RejectionCase(
        .wrongType, create(["on": [1], "credential": hook]),
        message: "argument \"on\" of create_alert must be an array of strings, not a number",
        hint: "arguments: name (string), on (strings), credential (string, optional), "
            + "orchestration (string, optional), program (strings, optional), "
            + "retry_seconds_max (integer, optional), "
            + "runtime_seconds_max (integer, optional)"),
    RejectionCase(
        .invalidAlert, create(["on": ["runtime"], "credential": hook]),
        message: "alert \"Ops\": \"runtime\" and runtime_seconds_max require each other",
        hint: "give both, or neither: {\"on\": [\"runtime\"], \"runtime_seconds_max\": 7200}"),
    RejectionCase(
        .invalidAlert, create(["credential": hook, "runtime_seconds_max": 60]),
        message: "alert \"Ops\": \"runtime\" and runtime_seconds_max require each other",
        hint: "give both, or neither: {\"on\": [\"runtime\"], \"runtime_seconds_max\": 7200}"),
    RejectionCase(
        .invalidAlert, create(["on": ["runtime"], "credential": hook, "runtime_seconds_max": 0]),
        message: "alert \"Ops\": runtime_seconds_max must be 1 to 31536000, was 0",
        hint: "the unit is seconds"),
    RejectionCase(
        .invalidAlert, create(["credential": hook, "retry_seconds_max": 604_801]),
        message: "alert \"Ops\": retry_seconds_max must be 0 to 604800, was 604801",
        hint: "the unit is seconds"),
    RejectionCase(
        .invalidAlert, create([:]),
        message: "alert \"Ops\": choose exactly one of: credential, program",
        hint: "use a credential of kind webhook to post to a URL, or program to run a program on a "
            + "worker's machine"),
    RejectionCase(
        .invalidAlert, create(["credential": hook, "program": ["/bin/true"]]),
        message: "alert \"Ops\": choose exactly one of: credential, program",
        hint: "use a credential of kind webhook to post to a URL, or program to run a program on a "
            + "worker's machine"),
    RejectionCase(
        .invalidAlert, create(["program": ["true"]]),
        message: "alert \"Ops\": program must begin with the absolute path of a program",
        hint: "for example [\"/usr/local/bin/page\", \"--urgent\"]; arguments follow"),
    RejectionCase(
        .invalidAlert, create(["program": ["/bin/true", "a\0b"]]),
        message: "alert \"Ops\": program has more than 64 words, a word of more than 4096 "
            + "characters, or a word with an invalid character",
        hint: "pass longer input in a file"),
    RejectionCase(
        .invalidCredential, create(["credential": "https://ops:hunter2@example.com/"]),
        message: "credential of alert \"Ops\" must be the name of a credential of the workers: "
            + CredentialName.rule,
        hint: credentialHint),
    RejectionCase(
        .nameInUse, create(["name": "ops ", "credential": hook]), in: Scene(alert: Scene.alert()),
        message: "alert name \"ops\" is already in use (as \"Ops\")",
        hint: "choose another name; names are case-insensitive"),
    RejectionCase(
        .notFound, create(["credential": hook, "orchestration": "Weekly"]),
        message: "orchestration \"Weekly\" does not exist",
        hint: "list all: select name from ferry.orchestrations"),
    RejectionCase(
        .notFound, command("test_alert", ["name": "Ops"]),
        message: "alert \"Ops\" does not exist",
        hint: "list all: select name from ferry.alerts"),
    RejectionCase(
        .inUse, command("delete_orchestration", ["name": "nightly"]),
        in: Scene(hasOrchestration: true, alert: Scene.alert(orchestration: 30)),
        message: "cannot delete \"Nightly\": used by alert \"Ops\"; delete it first",
        hint: "use delete_alert"),
]
