internal import Foundation
internal import Postgres

extension PostgresError {
    /// This error as a destination's error.
    ///
    /// - Parameter path: Its subject: a table, a schema, a reference to a connection.
    func asDestinationError(of destination: String, about path: String) -> DestinationError {
        switch self {
        case .server(let error): error.asDestinationError(of: destination, about: path)
        case .cannotConnect(let reason) where errorClass == .accessRefused:
            .accessDenied(
                destination: destination, path: path,
                reason: "\(reason). Correct the connection string, or configure the server to "
                    + "accept it")
        case .connectionLost(let reason), .cannotConnect(let reason):
            .unavailable(destination: destination, path: path, reason: reason)
        case .decoding, .misuse, .canceled:
            .unavailable(destination: destination, path: path, reason: description)
        }
    }
}

extension ServerError {
    fileprivate func asDestinationError(
        of destination: String, about path: String
    ) -> DestinationError {
        switch sqlState {
        case "53100": .full(destination: destination, path: path)
        case _ where sqlState == "42501" || errorClass == .accessRefused:
            .accessDenied(
                destination: destination, path: path,
                reason: "\(message). Grant the role the missing privilege")
        case "25006":
            .unavailable(
                destination: destination, path: path,
                reason: "the server is read-only: it may be a standby (see libpq's "
                    + "target_session_attrs)")
        case _ where errorClass.isTransient:
            .unavailable(destination: destination, path: path, reason: message)
        default: .refused(destination: destination, path: path, reason: withoutValues)
        }
    }

    /// The message without row values.
    private var withoutValues: String {
        let text = unrepresentable ?? (sqlState.hasPrefix("22") ? withoutQuoted(message) : message)
        let advice =
            sqlState == Self.untranslatable
            ? "Deliver to a database with the encoding UTF8, or omit the column" : hint
        return text + (place.map { " (\($0))" } ?? "") + (advice.map { ". \($0)" } ?? "")
            + " [\(sqlState)]"
    }

    private static let untranslatable = "22P05"

    /// The message for a character that the target's encoding lacks. The server's own message
    /// contains its bytes.
    private var unrepresentable: String? {
        guard sqlState == Self.untranslatable else { return nil }
        let name = message.matches(of: #/"([A-Z0-9_]+)"/#).last.map { " \($0.output.1)" } ?? ""
        return "a value has a character that the target's encoding\(name) does not have"
    }

    /// The place of the error in the rows of a COPY. Its context is `COPY table, line 3, column id:
    /// …`.
    private var place: String? {
        guard let parts = context?.split(separator: ", ", maxSplits: 3), parts.count >= 2,
            parts[0].hasPrefix("COPY "), parts[1].hasPrefix("line ")
        else { return nil }
        let row = "row \(parts[1].dropFirst("line ".count).prefix { $0.isNumber })"
        guard parts.count > 2, parts[2].hasPrefix("column ") else { return row }
        return row + ", column " + parts[2].dropFirst("column ".count).prefix { $0 != ":" }
    }
}
