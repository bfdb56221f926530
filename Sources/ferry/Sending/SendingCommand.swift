import ArgumentParser
import Foundation
import Postgres
import Values
import Watching

/// A subcommand that sends one command and reports how it ended.
///
/// There is exactly one for each ``CommandDefinition``; its ``arguments`` have the names of the
/// definition.
protocol SendingCommand: AsyncParsableCommand {
    /// The command, for example `create_data_export`.
    static var command: String { get }
    /// The arguments from the command line; nil for one that was not given.
    ///
    /// - Throws: ``Failure`` for invalid values; it is shown with the usage.
    var arguments: [String: JSONValue?] { get throws }
    var sending: SendingOptions { get }
    /// The message once the command was applied: `data export "Daily customers" created`; nil if
    /// ``follow(_:)`` writes it.
    var done: String? { get }
    /// Continues after the command was applied, and returns how that ended.
    func follow(_ sent: SentCommand) async throws -> ExitStatus
}

extension SendingCommand {
    /// The arguments as a JSON object, without those that were not given.
    var json: JSONValue {
        get throws { .object(try arguments.compactMapValues { $0 }) }
    }

    /// Errors in arguments are shown together with the usage.
    func validate() throws {
        do { _ = try json } catch let failure as Failure {
            throw ValidationError(failure.message)
        }
    }

    func follow(_ sent: SentCommand) async throws -> ExitStatus { .succeeded }

    func run() async throws {
        let connection = try await QueueDatabase.connect()
        try await QueueDatabase.checkSchema(connection)
        let sent = try await SentCommand(
            Self.command, try json, sending: sending, over: connection)
        sent.reportRepetition()
        let report = CommandReport(sent: sent, format: sending.format.output)
        var status: ExitStatus = .succeeded
        if sending.waits {
            status = try await report.outcome(
                timeout: sending.timeout, content: done.map { .sentence($0) } ?? .nothing,
                connection: connection)
            if status == .succeeded { status = try await follow(sent) }
        } else {
            try await report.status(connection)
        }
        await connection.close()
        throw status.code
    }
}

/// A name or another text between quotation marks, harmless on a terminal.
func shownName(_ text: String) -> String { "\"\(shown(text))\"" }
