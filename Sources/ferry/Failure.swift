import ArgumentParser
import Foundation
import Migrations
import Postgres
import RunEngine
import Watching

/// An error shown to the user: what is wrong, a hint and the exit status.
struct Failure: Error {
    var status: ExitStatus
    var message: String
    var hint: String?

    init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
    }

    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case is CancellationError: self.init(.interrupted, "interrupted")
        case let error as PostgresError: self.init(error)
        case let error as QueueUnavailable: self.init(error.reason)
        case let error as SchemaError: self.init(.schema, error.description)
        case let error as MigrationBlocked:
            self.init(.timedOut, error.description, hint: error.hint)
        case let error as PrunerError: self.init(error)
        case let error as FeedError: self.init(.usage, error.description)
        case is DecodingError:
            self.init(
                .internalError, "the database contains data that this program cannot read",
                hint: "compare `ferry --version` with the release that migrated the database")
        case let error as any CustomStringConvertible:
            self.init(.internalError, error.description)
        case let error as CocoaError: self.init(.internalError, error.localizedDescription)
        case let error as any LocalizedError where error.errorDescription != nil:
            self.init(.internalError, error.errorDescription ?? "")
        default:
            self.init(.internalError, "internal error", hint: "this is a bug in Ferry: report it")
        }
    }

    private init(_ error: PrunerError) {
        switch error {
        case .notOwner:
            self.init(.noPermission, error.description, hint: "connect as that role")
        case .anotherOne:
            self.init(.failed, error.description, hint: "it does the same work; wait for it to end")
        }
    }

    private init(_ error: PostgresError) {
        switch error {
        case .server(let server): self.init(server)
        case .cannotConnect:
            self.init(
                .unavailable, error.description,
                hint: "set FERRY_DATABASE_URL, or libpq's PG… variables, to the database")
        case .connectionLost:
            self.init(
                .unavailable, error.description,
                hint: "the server ended the session, is starting or is shutting down: try again")
        case .decoding, .misuse, .canceled: self.init(.internalError, error.description)
        }
    }

    private init(_ error: ServerError) {
        if let known = Self.unavailable(error) ?? Self.invalidValue(error) {
            self = known
            return
        }
        let hint = error.hint.flatMap { $0.isEmpty ? nil : $0 }
        switch error.sqlState {
        // No schema, table or function of that name.
        case "3F000", "42P01", "42883":
            self.init(.schema, error.message, hint: "if the schema is missing, run `ferry migrate`")
        case "42501":
            self.init(
                .noPermission, error.message,
                hint: hint ?? "ask for membership in ferry_client (to send commands) or "
                    + "ferry_viewer (to see everything)")
        case "FY016": self.init(.noPermission, error.message, hint: hint)
        case "FY017", "FY018": self.init(.unavailable, error.message, hint: hint)
        case "FY015": self.init(.notFound, error.message, hint: hint)
        case let state where state.hasPrefix("FY") || state.hasPrefix("22"):
            self.init(.usage, error.message, hint: hint)
        case let state where ["08", "53", "57", "58"].contains(String(state.prefix(2))):
            self.init(.unavailable, error.message, hint: hint)
        default:
            self.init(.internalError, "\(error.message) (SQLSTATE \(error.sqlState))", hint: hint)
        }
    }

    var text: String {
        var text = "ferry: \(Diagnostics.onOneLine(message))\n"
        if let hint, !hint.isEmpty { text += "hint: \(Diagnostics.onOneLine(hint))\n" }
        return text
    }

    /// Ends the program with the error's message and exit status.
    static func exit(_ error: any Error) -> Never {
        switch error {
        case is OutputClosed:
            // The reader closed the output, as `head` does.
            Foundation.exit(ExitStatus.succeeded.rawValue)
        case let invalid as InvalidConfigurationFile:
            FileHandle.standardError.write(Data(invalid.text.utf8))
            Foundation.exit(ExitStatus.usage.rawValue)
        case is ExitCode, is CleanExit, is ValidationError:
            FerryProgram.exit(withError: error)
        default:
            let failure = Failure(error)
            FileHandle.standardError.write(Data(failure.text.utf8))
            Foundation.exit(failure.status.rawValue)
        }
    }
}
