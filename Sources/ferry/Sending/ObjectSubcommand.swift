import ArgumentParser
import Lifecycle
import Values

/// An action on one object, which is given by its name.
protocol ObjectAction: Sendable {
    /// The command that is sent.
    static var command: String { get }
    /// With the name of the subcommand, and its help.
    static var configuration: CommandConfiguration { get }
    /// The kind of the object.
    static var kind: NamedKind { get }
    /// The message once the command was applied.
    ///
    /// - Parameter name: The object's name, as shown.
    static func done(_ name: String) -> String
    /// Continues after the command was applied.
    static func follow(_ sent: SentCommand, _ sending: SendingOptions) async throws -> ExitStatus
}

extension ObjectAction {
    static func follow(_ sent: SentCommand, _ sending: SendingOptions) async throws -> ExitStatus {
        .succeeded
    }
}

/// A subcommand whose only argument is the name of an object.
struct NameSubcommand<Action: ObjectAction>: SendingCommand {
    static var command: String { Action.command }
    static var configuration: CommandConfiguration { Action.configuration }

    @Argument(help: Action.kind.help, completion: .names(of: Action.kind))
    var name: String

    @OptionGroup var sending: SendingOptions

    var arguments: [String: JSONValue?] { ["name": .string(name)] }
    var done: String? { Action.done(shownName(name)) }
    func follow(_ sent: SentCommand) async throws -> ExitStatus {
        try await Action.follow(sent, sending)
    }
}

/// A subcommand whose arguments are the name of a data export and tables.
struct TablesSubcommand<Action: ObjectAction>: SendingCommand {
    static var command: String { Action.command }
    static var configuration: CommandConfiguration { Action.configuration }

    @Argument(help: Action.kind.help, completion: .names(of: Action.kind))
    var name: String

    @Argument(help: ArgumentHelp(TableNames.help, valueName: "tables"))
    var tables: [String]

    @OptionGroup var sending: SendingOptions

    var arguments: [String: JSONValue?] {
        ["name": .string(name), "tables": TableNames.json(tables)]
    }
    var done: String? { Action.done(shownName(name)) }
}

/// The options that creating an object and editing it have in common.
protocol ObjectForm: ParsableArguments {
    /// The arguments of the command besides the name.
    ///
    /// - Throws: ``Failure`` for invalid values; it is shown with the usage.
    func arguments(isNew: Bool) throws -> [String: JSONValue?]
}

/// Creating an object, or editing it.
protocol FormAction: ObjectAction {
    associatedtype Form: ObjectForm
    static var isNew: Bool { get }
}

/// A subcommand with the name of an object and the options of a form.
struct FormSubcommand<Action: FormAction>: SendingCommand {
    static var command: String { Action.command }
    static var configuration: CommandConfiguration { Action.configuration }

    @Argument(
        help: Action.isNew ? Action.kind.helpOfNew : Action.kind.help,
        completion: Action.isNew ? nil : .names(of: Action.kind))
    var name: String

    @OptionGroup var form: Action.Form
    @OptionGroup var sending: SendingOptions

    var arguments: [String: JSONValue?] {
        get throws {
            try form.arguments(isNew: Action.isNew).merging(["name": .string(name)]) { $1 }
        }
    }
    var done: String? { Action.done(shownName(name)) }
    func follow(_ sent: SentCommand) async throws -> ExitStatus {
        try await Action.follow(sent, sending)
    }
}

extension NamedKind {
    /// The help of an argument that names one.
    var help: ArgumentHelp { ArgumentHelp("Name of the \(word).") }
    var helpOfNew: ArgumentHelp { ArgumentHelp("Name of the new \(word).") }

    private var word: String {
        switch self {
        case .database: "database"
        case .dataExport: "data export"
        case .destination: "destination"
        case .dataTemplate: "data template"
        case .orchestration: "orchestration"
        case .orchestrationGroup: "group"
        case .alert: "alert"
        case .sandbox: "sandbox"
        case .environment: "environment"
        case .credential, .anyCredential: "credential"
        }
    }
}
