import Foundation
import TestSupport
import Testing

@testable import Destinations

@Suite(
    "An RSA key, with a libssh2 that knows none,", .enabled(if: !SSHSession.knowsRSA),
    .timeLimit(.minutes(15)))
struct SFTPKeyTests {
    private let folder = NSTemporaryDirectory() + "ferry-rsa-" + UUID().uuidString

    /// The text of the file of a new key.
    private func key(_ ending: String = "", _ options: String...) throws -> String {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/" + UUID().uuidString
        let command = ["ssh-keygen -q -t rsa -b 2048 -N '' -f \(path)"] + options
        try SFTPServer.run("sh", "-c", command.joined(separator: " "))
        return try String(contentsOfFile: path + ending, encoding: .utf8)
    }

    private func error(_ place: SFTPUnderTest) async -> DestinationError? {
        await #expect(throws: DestinationError.self) { try await place.connect().test() }
    }

    @Test func `is not connected to when it is pinned`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try SFTPServer()
        let place = try SFTPUnderTest(server: server, ["host_key": key(".pub")])

        let error = await error(place)

        #expect(error?.code == "destination_not_allowed")
        #expect(error?.description.contains("host_key pins an RSA key") == true)
        #expect(error?.description.contains("Ed25519 or ECDSA key") == true)
        #expect(error?.description.contains("somebody else") == false)
        #expect(try !server.log().contains("Connection from"))
    }

    @Test func `is not mistaken for another when its fingerprint is pinned`()
        async throws
    {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let line = try key(".pub")
        let pin = try #require(HostKeyPin(line))
        let place = try SFTPUnderTest(["host_key": "\(pin)"])

        let error = await error(place)

        #expect(error?.description.contains("host_key pins \(pin)") == true)
        #expect(error?.description.contains("may be its RSA key") == true)
        #expect(error?.description.contains("Ed25519 or ECDSA key") == true)
        #expect(error?.description.contains("somebody else") == false)
    }

    @Test(arguments: ["", "-m PEM", "-m PKCS8"])
    func `is named as the reason when the server refuses the user`(form: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try SFTPServer.shared.get()
        let text = try key("", form)
        #expect(SSHPrivateKey.isRSA(text))
        let place = try SFTPUnderTest(
            server: server, credential: try server.credential(["private_key": text]))

        let error = await error(place)

        #expect(error?.code == "destination_access_denied")
        #expect(error?.description.contains("signs only with SHA-1") == true)
        #expect(error?.description.contains("an Ed25519 or ECDSA key") == true)
        #expect(error?.description.contains("PRIVATE KEY") == false)
    }

    @Test(arguments: ["client", "client_ecdsa", "sealed"])
    func `is not seen in others`(name: String) throws {
        let server = try SFTPServer.shared.get()
        let text = try String(contentsOfFile: server.folder + "/" + name, encoding: .utf8)

        #expect(!SSHPrivateKey.isRSA(text))
    }
}
