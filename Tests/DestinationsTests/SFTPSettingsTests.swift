import Formats
import Foundation
import Testing

@testable import Destinations

@Suite("The settings of an SFTP destination", .timeLimit(.minutes(15)))
struct SFTPSettingsTests {
    private static let pin = "SHA256:" + String(repeating: "A", count: 43)
    private static let valid: [String: String] = [
        "host": "sftp.example.com", "user": "ferry", "path": "/exports", "host_key": pin,
        "credential": "partner",
    ]

    private func settings(_ changes: [String: Any]) throws(SettingsError) -> SFTPSettings {
        var values: [String: Any] = Self.valid
        for (name, value) in changes { values[name] = value is NSNull ? nil : value }
        let json = (try? JSONSerialization.data(withJSONObject: values)) ?? Data()
        return try SFTPSettings(json: json)
    }

    @Test func `are few, and the port is 22 unless given`() throws {
        let settings = try settings([:])

        #expect(settings.port == 22 && settings.address == "sftp://sftp.example.com")
        #expect(settings.credential == "partner")
        let other = try self.settings(["port": 2222, "host": "::1"])
        #expect(other.address == "sftp://[::1]:2222")
    }

    @Test(arguments: [
        ("host", "", "setting \"host\" must be a name without spaces"),
        ("host", "a b", "setting \"host\" must be a name without spaces"),
        ("user", "a\u{0}", "setting \"user\" must be a name without spaces"),
        ("path", "exports", "setting \"path\" must be an absolute path on the server"),
        ("path", "/a/../b", "setting \"path\" must be an absolute path on the server"),
        ("port", "22", "setting \"port\" must be a whole number from 1 to 65535"),
        ("host_key", "SHA256:AAAA", "setting \"host_key\" must be the fingerprint"),
        ("host_key", "MD5:16:27:ac", "setting \"host_key\" must be the fingerprint"),
        ("host_key", "ssh-ed25519 AAAA", "setting \"host_key\" must be the fingerprint"),
        ("host_key", "", "setting \"host_key\" must be the fingerprint"),
        ("passwort", "x", "a sftp destination has no setting \"passwort\""),
        ("password", "hunter2", "a sftp destination has no setting \"password\""),
        ("credential", "hunter2!", "setting \"credential\" must be the name of a credential"),
    ])
    func `are checked`(name: String, value: String, reported: String) {
        let error = #expect(throws: SettingsError.self) { try settings([name: value]) }

        #expect(error?.description.hasPrefix(reported) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: ["host", "user", "path", "host_key", "credential"])
    func `must all be there but for the port`(name: String) {
        let error = #expect(throws: SettingsError.self) { try settings([name: NSNull()]) }

        #expect(error?.description.hasPrefix("setting \"\(name)\" is missing: it ") == true)
    }

    @Test func `do not repeat what may be a secret`() {
        let error = #expect(throws: SettingsError.self) { try settings(["credential": "hunter2!"]) }

        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(arguments: [0, 65_536, -1])
    func `know the range of ports`(port: Int) {
        #expect(throws: SettingsError.self) { try settings(["port": port]) }
    }
}
