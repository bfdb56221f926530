import CLibPQ
import Foundation

/// The server's error for a failed statement.
public struct ServerError: Error, Sendable, Equatable {
    /// The five characters of the SQLSTATE, such as `23505`.
    public var sqlState: String
    /// `ERROR`, `FATAL` or `PANIC`, never translated.
    public var severity: String
    public var message: String
    public var detail: String?
    public var hint: String?
    public var schema: String?
    public var table: String?
    public var column: String?
    public var constraint: String?
    /// The line of the function that raised it, for instance in PL/pgSQL.
    public var context: String?
    /// The source function of the server that raised it.
    var routine: String?
}

/// An error of working with PostgreSQL.
public enum PostgresError: Error, Sendable, Equatable {
    /// The server rejected the statement; the connection can be used again.
    case server(ServerError)
    /// The connection broke, or the server ended it. Whether a pending commit took effect is
    /// unknown. Reconnect.
    case connectionLost(String)
    /// No connection could be opened. The text never contains the password.
    case cannotConnect(String)
    /// A value does not have the requested type.
    case decoding(String)
    /// The call is invalid, whatever the server's state.
    case misuse(String)
    /// ``Connection/cancel()`` stopped the statement. (When the task is cancelled,
    /// `CancellationError` is thrown instead.)
    case canceled

    /// The SQLSTATE, when the server gave one.
    public var sqlState: String? {
        if case .server(let error) = self { error.sqlState } else { nil }
    }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .server(let error): error.description
        case .connectionLost(let reason): "connection to PostgreSQL lost: \(reason)"
        case .cannotConnect(let reason): "cannot connect to PostgreSQL: \(reason)"
        case .decoding(let reason): "unexpected result from PostgreSQL: \(reason)"
        case .misuse(let reason): reason
        case .canceled: "the statement was canceled"
        }
    }
}

extension ServerError: CustomStringConvertible {
    /// The message and the hint. The detail may contain row values, so it is omitted.
    public var description: String {
        let text = "\(message) (SQLSTATE \(sqlState))"
        guard let hint else { return text }
        return text + ". Hint: " + hint
    }
}

extension ServerError {
    init(result: OpaquePointer?) {
        // libpq's PG_DIAG_… macros are character constants, which Swift does not import.
        func field(_ code: Unicode.Scalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        sqlState = field("C") ?? ""
        severity = field("V") ?? field("S") ?? "ERROR"
        message = field("M") ?? trimmed(PQresultErrorMessage(result))
        detail = field("D")
        hint = field("H")
        schema = field("s")
        table = field("t")
        column = field("c")
        constraint = field("n")
        context = field("W")
        routine = field("R")
    }

    /// Whether the server ends the connection with this error.
    var endsConnection: Bool {
        severity == "FATAL" || severity == "PANIC"
            || ["57P01", "57P02", "57P03"].contains(sqlState)
    }
}

/// A message of libpq without the line feed at its end.
func trimmed(_ message: UnsafePointer<CChar>?) -> String {
    guard let message else { return "" }
    return String(cString: message).trimmingCharacters(in: .whitespacesAndNewlines)
}
