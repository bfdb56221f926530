import Lifecycle
import Postgres
import Values

/// Finds the word that was probably meant by an unknown one.
enum Typos {
    /// The job table's error for a command that it rejected, with the nearest known word.
    static func explained(
        _ error: PostgresError, _ command: String, _ arguments: String
    ) -> any Error {
        var failure = Failure(error)
        switch error.sqlState {
        case "FY001":
            failure.message += Suggestion.words(
                for: command, among: CommandDefinition.all.map(\.command))
        case "FY003":
            guard let known = CommandDefinition.named(command)?.arguments.keys,
                case .object(let given)? = JSONValue(json: arguments),
                let unknown = given.keys.first(where: {
                    !known.contains($0) && failure.message.contains("\"\($0)\"")
                })
            else { return error }
            failure.message += Suggestion.words(for: unknown, among: known)
        default: return error
        }
        return failure
    }

    /// The name that an argument of a command probably meant, if its error says that no such object
    /// exists.
    static func name(
        meantBy sent: SentCommand, message: String, connection: Connection
    ) async -> String? {
        guard let definition = CommandDefinition.named(sent.command),
            case .object(let given)? = JSONValue(json: sent.arguments)
        else { return nil }
        for (argument, value) in given.sorted(by: { $0.key < $1.key }) {
            guard case .string(let text) = value, message.contains("\"\(text)\""),
                let kind = NamedKind(argument: argument, of: definition)
            else { continue }
            let names = await ObjectNames.all(kind, sent.environment, connection)
            if let meant = Suggestion.closest(to: text, among: names) { return meant }
        }
        return nil
    }
}
