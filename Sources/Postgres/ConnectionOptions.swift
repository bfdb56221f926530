import CLibPQ
import Foundation

/// The server, database and role to connect to.
///
/// Missing values come from libpq's own `PG…` environment variables and service files. Unless set
/// there, a connection attempt times out after 10 seconds per host, and a peer that no longer
/// answers is noticed within a minute (TCP keepalives, `tcp_user_timeout`). Several hosts
/// (`host=a,b target_session_attrs=read-write`) are tried in order.
public struct ConnectionOptions: Sendable {
    /// Keywords of libpq that override the connection string.
    public var parameters: [String: String] = [:]
    /// How long a transaction may wait for its next statement before the server rolls it back and
    /// ends the session, so that a frozen or disconnected client does not keep its locks. At least
    /// a millisecond. Nil, the default, leaves it to the server's settings
    /// (`idle_in_transaction_session_timeout`).
    public var transactionIdleLimit: Duration?
    /// Whether only the conninfo and ``parameters`` count: no `PG…` variable, no service and
    /// password file and no certificate of the user is used, and a connection by TCP uses TLS with
    /// a verified certificate (`sslmode=verify-full`, by the certificates that the system trusts)
    /// unless they set another mode. Defaults to false.
    public var isSelfContained = false
    /// The settings of the session, set as soon as it is open. With settings, connection poolers in
    /// transaction mode are rejected, and their sessions are unchanged. Nil, the default, keeps the
    /// server's settings.
    public var settings: SessionSettings?

    let conninfo: String
    let applicationName: String

    /// - Parameters:
    ///   - conninfo: A URL (`postgresql://…`) or `key=value` pairs, as libpq takes them.
    ///   - applicationName: Shown in `pg_stat_activity` unless the conninfo names another.
    public init(_ conninfo: String = "", applicationName: String = "ferry") {
        self.conninfo = Self.cleaned(conninfo)
        self.applicationName = applicationName
    }

    static let defaults = [
        ("connect_timeout", "10"),
        ("keepalives", "1"),
        ("keepalives_idle", "30"),
        ("keepalives_interval", "10"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "60000"),
    ]

    /// The keywords and values for libpq, later ones overriding earlier ones.
    ///
    /// - Throws: ``PostgresError/cannotConnect(_:)`` for a conninfo that libpq cannot read.
    func keywords() throws -> [(String, String)] {
        for text in [conninfo] + parameters.keys + parameters.values { try refuseNUL(in: text) }
        let given = try given()
        let ambient = Self.read(PQconndefaults())
        var keywords = Self.defaults.filter { given[$0.0] == nil && ambient[$0.0] == nil }
        keywords.append(("fallback_application_name", applicationName))
        keywords += given.map { ($0.key, $0.value) }
        // Everything here reads and writes UTF-8.
        keywords.append(("client_encoding", "UTF8"))
        return keywords
    }

    /// Removes the password from a text, in case a message repeats it.
    func redacting(_ text: String) -> String {
        guard let password = try? given()["password"], !password.isEmpty else { return text }
        return text.replacingOccurrences(of: password, with: "•••")
    }

    /// Rejects strings that libpq parses differently from what was probably meant.
    ///
    /// In `postgresql://me:pass/word@host/db` the password would be parsed as a port and a
    /// database, and be shown.
    private static func checkPlausible(_ options: [String: String]) throws {
        let port = options["port", default: ""].allSatisfy {
            $0.isASCII && $0.isNumber || $0 == ","
        }
        let host = !options["host", default: ""].dropFirst().contains("@")
        guard port, host, !options["dbname", default: ""].contains("@") else {
            throw PostgresError.cannotConnect(
                """
                \(LoginRefusal.invalid): percent-encode special characters in user and \
                password (`/` is %2F, `@` is %40, `:` is %3A)
                """)
        }
    }

    /// The values of the conninfo and the parameters.
    func given() throws -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(conninfo, &message) else {
            defer { PQfreemem(message) }
            // libpq quotes the part that it cannot parse, which may be the password.
            let reason = Self.advice(on: conninfo) ?? withoutQuoted(trimmed(message))
            throw PostgresError.cannotConnect("\(LoginRefusal.invalid): \(reason)")
        }
        let given = Self.read(options)
        try Self.checkPlausible(given)
        return given.merging(parameters) { $1 }
    }

    private static func read(
        _ options: UnsafeMutablePointer<PQconninfoOption>?
    ) -> [String: String] {
        guard let options else { return [:] }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var next = options
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val {
                values[String(cString: keyword)] = String(cString: value)
            }
            next += 1
        }
        return values
    }
}

extension ConnectionOptions: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// Host, port, database and user; never the password.
    public var description: String {
        guard let given = try? given() else { return "an invalid connection string" }
        let shown = ["service", "host", "hostaddr", "port", "dbname", "user"]
        let pairs = shown.compactMap { key in given[key].map { "\(key)=\($0)" } }
        return pairs.isEmpty ? "libpq's defaults" : pairs.joined(separator: " ")
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: ["options": description]) }
}
