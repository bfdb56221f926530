import ArgumentParser
import Lifecycle
import Values

struct AlertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert",
        abstract: "Manage alerts: notify URLs or programs about runs.",
        subcommands: [
            FormSubcommand<Create>.self, FormSubcommand<Edit>.self, NameSubcommand<Delete>.self,
            NameSubcommand<Test>.self, ListSubcommand<Alerts>.self,
        ])

    enum Create: FormAction {
        typealias Form = AlertOptions
        static let command = "create_alert"
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Create an alert: post to a URL or run a program when runs fail, succeed or "
                + "take too long.",
            discussion: """
                Example: ferry alert create Ops --on failure --credential ops
                """)
        static let kind = NamedKind.alert
        static let isNew = true
        static func done(_ name: String) -> String {
            "alert \(name) created; `ferry alert test` sends a message now"
        }
    }

    enum Edit: FormAction {
        typealias Form = AlertOptions
        static let command = "edit_alert"
        static let configuration = CommandConfiguration(
            commandName: "edit", abstract: "Replace an alert's settings.",
            discussion: "Settings that are not given are removed.")
        static let kind = NamedKind.alert
        static let isNew = false
        static func done(_ name: String) -> String { "alert \(name) edited" }
    }

    enum Delete: ObjectAction {
        static let command = "delete_alert"
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete an alert and its undelivered messages.")
        static let kind = NamedKind.alert
        static func done(_ name: String) -> String { "alert \(name) deleted" }
    }

    enum Test: ObjectAction {
        static let command = "test_alert"
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Have an alert send a message now.",
            discussion: "`ferry alert-deliveries` shows the result.")
        static let kind = NamedKind.alert
        static func done(_ name: String) -> String {
            "alert \(name) sends a message; `ferry alert-deliveries` shows the result"
        }
    }
}

/// The events and the target of an alert.
struct AlertOptions: ObjectForm {
    @Option(
        help: ArgumentHelp(
            "Events to notify about: failure, success, runtime, stuck; separated by commas.",
            valueName: "events"),
        completion: .list(AlertEvent.allCases.map(\.rawValue)))
    var on: String

    @Option(
        help: ArgumentHelp(
            "The credential of kind webhook with the URL to post to and the key to sign "
                + "with.", valueName: "name"),
        completion: .names(of: .credential("webhook")))
    var credential: String?

    @Option(
        help: ArgumentHelp(
            "Instead of --credential: a program that workers allow (--allow-program).",
            valueName: "path"), completion: .file())
    var program: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("An argument of the program; repeatable.", valueName: "text"))
    var programArgument: [String] = []

    @Option(
        help: "Only runs of this orchestration. Default: all runs.",
        completion: .names(of: .orchestration))
    var orchestration: String?

    @Option(
        help: ArgumentHelp(
            "For runtime: maximum number of seconds of a run.", valueName: "seconds"))
    var runtimeSecondsMax: Int64?

    @Option(
        help: ArgumentHelp(
            "Maximum number of seconds to retry a delivery. Default: a day.",
            valueName: "seconds"))
    var retrySecondsMax: Int64?

    func arguments(isNew: Bool) throws -> [String: JSONValue?] {
        if program == nil, !programArgument.isEmpty {
            throw Failure(.usage, "--program-argument requires --program")
        }
        let words = program.map { [$0] + programArgument }
        let events = on.split(separator: ",").map { part in
            JSONValue.string(String(part.filter { $0 != " " }))
        }
        return [
            "on": .array(events),
            "credential": credential.map(JSONValue.string),
            "program": words.map { .array($0.map(JSONValue.string)) },
            "orchestration": orchestration.map(JSONValue.string),
            "runtime_seconds_max": runtimeSecondsMax.map(JSONValue.int),
            "retry_seconds_max": retrySecondsMax.map(JSONValue.int),
        ]
    }
}
