import Lifecycle

/// A command about the alert "Ops".
private func create(_ arguments: [String: JSONValue]) -> CommandEnvelope {
    let all: [String: JSONValue] = ["name": "Ops", "on": ["failure"]]
    return command("create_alert", .object(all.merging(arguments) { $1 }))
}

private let sentSecret =
    "the value of the header \"x\" must refer to a secret that is meant to be sent: "
    + "env:FERRY_ALERT_… or file:/…/ferry_alert_…"

private let url: JSONValue = "https://example.com/hook"

let alertCases = [
    RejectionCase(
        .invalidAlert, create(["on": [], "url": url]),
        message: "alert \"Ops\": \"on\" names nothing to tell of",
        hint: "\"on\" takes: failure, success, runtime, stuck"),
    RejectionCase(
        .invalidAlert, create(["on": ["failure", "stopped"], "url": url]),
        message: "alert \"Ops\": it cannot tell of \"stopped\"",
        hint: "\"on\" takes: failure, success, runtime, stuck"),
    RejectionCase(
        .wrongType, create(["on": [1], "url": url]),
        message: "argument \"on\" of create_alert must be an array of strings, not a number",
        hint: "arguments: name (string), on (strings), headers (object, optional), "
            + "orchestration (string, optional), program (strings, optional), "
            + "retry_seconds_max (integer, optional), "
            + "runtime_seconds_max (integer, optional), secret (string, optional), "
            + "url (string, optional)"),
    RejectionCase(
        .invalidAlert, create(["on": ["runtime"], "url": url]),
        message: "alert \"Ops\": \"runtime\" and runtime_seconds_max go together",
        hint: "give both, or neither: {\"on\": [\"runtime\"], \"runtime_seconds_max\": 7200}"),
    RejectionCase(
        .invalidAlert, create(["url": url, "runtime_seconds_max": 60]),
        message: "alert \"Ops\": \"runtime\" and runtime_seconds_max go together",
        hint: "give both, or neither: {\"on\": [\"runtime\"], \"runtime_seconds_max\": 7200}"),
    RejectionCase(
        .invalidAlert, create(["on": ["runtime"], "url": url, "runtime_seconds_max": 0]),
        message: "alert \"Ops\": runtime_seconds_max must be 1 to 31536000, was 0",
        hint: "it is in seconds"),
    RejectionCase(
        .invalidAlert, create(["url": url, "retry_seconds_max": 604_801]),
        message: "alert \"Ops\": retry_seconds_max must be 0 to 604800, was 604801",
        hint: "it is in seconds"),
    RejectionCase(
        .invalidAlert, create([:]),
        message: "alert \"Ops\": choose exactly one of: url, program",
        hint: "url posts to a web server, program runs a program beside a worker"),
    RejectionCase(
        .invalidAlert, create(["url": url, "program": ["/bin/true"]]),
        message: "alert \"Ops\": choose exactly one of: url, program",
        hint: "url posts to a web server, program runs a program beside a worker"),
    RejectionCase(
        .invalidAlert, create(["program": ["/bin/true"], "secret": "env:X"]),
        message: "alert \"Ops\": secret and headers go with url only",
        hint: "leave them out of a program's alert"),
    RejectionCase(
        .invalidAlert, create(["program": ["true"]]),
        message: "alert \"Ops\": program must begin with the absolute path of a program",
        hint: "for example [\"/usr/local/bin/page\", \"--urgent\"]; arguments follow"),
    RejectionCase(
        .invalidAlert, create(["program": ["/bin/true", "a\0b"]]),
        message: "alert \"Ops\": program has more than 64 words, or one longer than 4096 "
            + "characters, or one with a character that no argument can have",
        hint: "let the program read the rest from a file"),
    RejectionCase(
        .invalidAlert, create(["url": "https://ops:hunter2@example.com/"]),
        message: "alert \"Ops\": url must hold no user name and no password",
        hint: "put the whole URL into an environment variable or a file of the workers "
            + "and name it here, or use headers"),
    RejectionCase(
        .invalidAlert, create(["url": url, "secret": "whsec_hunter2"]),
        message: "alert \"Ops\": secret must be a reference to a secret: env:NAME or "
            + "file:/absolute/path",
        hint: "put the key into an environment variable or a file of the workers and name "
            + "it here"),
    RejectionCase(
        .invalidAlert, create(["url": url, "headers": ["Webhook-Id": "env:FERRY_ALERT_X"]]),
        message: "alert \"Ops\": the header \"Webhook-Id\" cannot be set",
        hint: "a name has letters, digits and hyphens and is given once; those of "
            + "HTTP itself and webhook-… are Ferry's"),
    RejectionCase(
        .invalidAlert, create(["url": url, "headers": ["x": "Bearer hunter2"]]),
        message: "alert \"Ops\": " + sentSecret,
        hint: "give the variable or file of the workers such a name"),
    RejectionCase(
        .invalidAlert, create(["url": url, "headers": ["x": "env:FERRY_DATABASE_URL"]]),
        message: "alert \"Ops\": " + sentSecret,
        hint: "give the variable or file of the workers such a name"),
    RejectionCase(
        .nameInUse, create(["name": "ops ", "url": url]), in: Scene(alert: Scene.alert()),
        message: "alert name \"ops\" is already in use (as \"Ops\")",
        hint: "choose another name; upper and lower case count as the same"),
    RejectionCase(
        .notFound, create(["url": url, "orchestration": "Weekly"]),
        message: "orchestration \"Weekly\" does not exist",
        hint: "see what there is: select name from ferry.orchestrations"),
    RejectionCase(
        .notFound, command("test_alert", ["name": "Ops"]),
        message: "alert \"Ops\" does not exist",
        hint: "see what there is: select name from ferry.alerts"),
    RejectionCase(
        .inUse, command("delete_orchestration", ["name": "nightly"]),
        in: Scene(hasOrchestration: true, alert: Scene.alert(orchestration: 30)),
        message: "cannot delete \"Nightly\": used by alert \"Ops\"; delete it first",
        hint: "use delete_alert"),
]
