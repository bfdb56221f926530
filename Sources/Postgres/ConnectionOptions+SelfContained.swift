import CLibPQ
import Foundation

// Connections that use nothing from the process environment.
extension ConnectionOptions {
    /// A path that does not exist, for libpq's user files.
    private static let nowhere = "/dev/null/none"

    /// The system's trusted certificates; libpq 16 finds them automatically.
    private static let trusted = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem",
    ]

    /// Whether the connection stays on this machine, or is made by TLS with a certificate that is
    /// verified, as ``isSelfContained`` makes it.
    ///
    /// - Returns: False for a conninfo that libpq cannot read.
    public var isVerified: Bool {
        guard let given = try? given() else { return false }
        let hosts = given["host", default: ""].split(separator: ",")
        let isRemote =
            given["hostaddr", default: ""] != ""
            || hosts.contains { !$0.hasPrefix("/") && !$0.hasPrefix("@") }
        return !isRemote || given["sslmode"]?.hasPrefix("verify-") ?? true
    }

    /// A conninfo that sets everything that libpq would otherwise take from elsewhere.
    ///
    /// - Throws: ``PostgresError/cannotConnect(_:)`` for a conninfo that libpq cannot read, or that
    ///   refers to a service file.
    func selfContained() throws -> String {
        for text in [conninfo] + parameters.keys + parameters.values { try refuseNUL(in: text) }
        let given = try given()
        if given["service"] != nil {
            throw PostgresError.cannotConnect(
                "\(LoginRefusal.invalid): it must name host, database and user itself, not with a "
                    + "service")
        }
        let isVerifying = given["sslmode"]?.hasPrefix("verify-") ?? true
        var values = Dictionary(uniqueKeysWithValues: Self.defaults)
        values["application_name"] = applicationName
        values["user"] = NSUserName()
        values["passfile"] = Self.nowhere
        values["sslmode"] = "verify-full"
        values["sslcert"] = Self.nowhere
        values["sslkey"] = Self.nowhere
        // With a file, libpq would use it for verification in every mode.
        values["sslrootcert"] = isVerifying ? Self.systemCertificates : Self.nowhere
        values["gssencmode"] = "disable"
        values.merge(given) { $1 }
        // Everything here reads and writes UTF-8.
        values["client_encoding"] = "UTF8"
        for (keyword, fallback) in Self.ambient() where values[keyword] == nil {
            values[keyword] = fallback
        }
        return values.sorted { $0.key < $1.key }
            .map { "\($0.key)='\(Self.escaped($0.value))'" }.joined(separator: " ")
    }

    /// Why the server could not be reached, without the password; with a note on TLS.
    func explained(_ message: String) -> String {
        let text = redacting(message)
        guard isSelfContained, (try? given()["sslmode"]) == nil,
            text.contains("SSL") || text.contains("certificate")
        else { return text }
        return text + " (sslmode is verify-full unless the connection string sets it)"
    }

    private static var systemCertificates: String {
        if PQlibVersion() >= 160_000 { return "system" }
        return trusted.first { FileManager.default.fileExists(atPath: $0) } ?? trusted[0]
    }

    /// The keywords that the environment sets, with libpq's defaults instead.
    private static func ambient() -> [String: String] {
        guard let options = PQconninfoParse("", nil) else { return [:] }
        defer { PQconninfoFree(options) }
        let environment = ProcessInfo.processInfo.environment
        var values: [String: String] = [:]
        var next = options
        while let keyword = next.pointee.keyword {
            let name = String(cString: keyword)
            if let variable = next.pointee.envvar, name != "service",
                environment[String(cString: variable)] != nil
            {
                values[name] = next.pointee.compiled.map { String(cString: $0) } ?? ""
            }
            next += 1
        }
        return values
    }

    private static func escaped(_ value: String) -> String {
        value.replacingOccurrences(of: "\\", with: "\\\\")
            .replacingOccurrences(of: "'", with: "\\'")
    }

    /// Moves the service of `PGSERVICE` from the environment into these options.
    ///
    /// While it is set, libpq uses it for every connection. Call this before any other thread uses
    /// the environment.
    public mutating func adoptService() {
        guard let service = ProcessInfo.processInfo.environment["PGSERVICE"] else { return }
        if (try? given()["service"]) == nil { parameters["service"] = service }
        unsetenv("PGSERVICE")
    }
}
