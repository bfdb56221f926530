import Formats
import Foundation
import TestSupport
import Testing

@testable import Destinations

@Suite("An SFTP destination", .timeLimit(.minutes(15)))
struct SFTPDestinationTests {
    let server: SFTPServer

    init() throws { server = try SFTPServer.shared.get() }

    private func place(_ changes: [String: String] = [:]) throws -> SFTPUnderTest {
        try SFTPUnderTest(server: server, changes)
    }

    private func error(testing place: SFTPUnderTest) async -> DestinationError? {
        await #expect(throws: DestinationError.self) { try await place.connect().test() }
    }

    @Test(arguments: ["ed25519", "ecdsa"])
    func `takes any host key that the server has, however it is pinned`(
        _ key: String
    ) async throws {
        let line = try String(contentsOfFile: "\(server.folder)/\(key).pub", encoding: .utf8)
        let printed = try SFTPServer.run("ssh-keygen", "-lf", "\(server.folder)/\(key).pub")

        for pin in [try server.fingerprint(key), line, printed] {
            try await place(["host_key": pin]).connect().test()
        }
    }

    @Test(arguments: [true, false])
    func `sends nothing to a server with another host key, and says which it has`(
        _ isFingerprint: Bool
    ) async throws {
        let server = try SFTPServer()
        let line = try String(contentsOfFile: "\(server.folder)/outsider.pub", encoding: .utf8)
        let pinned = try server.fingerprint("outsider")
        let place = try SFTPUnderTest(
            server: server, ["host_key": isFingerprint ? pinned : line])

        let error = await error(testing: place)

        #expect(error?.code == "destination_not_allowed")
        #expect(error?.disposition == .discard)
        let said = try #require(error?.description)
        #expect(said.contains("the host key ssh-ed25519 \(try server.fingerprint())"))
        #expect(said.contains("host_key pins \(pinned)"))
        // A fingerprint might have been that of the server's other key.
        #expect(said.contains(try server.fingerprint("ecdsa")) == isFingerprint)
        try await eventually { try server.log().contains("Connection closed by") }
        #expect(try !server.log().contains("authenticating"))
        #expect(try !server.log().contains("Accepted"))
    }

    @Test(arguments: [("client_ecdsa", [:]), ("sealed", ["passphrase": "open"])])
    func `logs in with the private key of its credential`(
        _ key: String, _ more: [String: String]
    ) async throws {
        let place = try SFTPUnderTest(
            server: server, credential: try server.credential(key: key, more))

        try await place.connect().test()
    }

    @Test(
        arguments: [
            ("outsider", [:], [:], "by publickey: sftp://127.0.0.1:PORT accepts publickey"),
            ("sealed", [:], [:], "by publickey: the private key could not be read"),
            ("client.pub", [:], [:], "by publickey: the private key could not be read"),
            (
                "client", ["private_key": "", "password": "hunter2"], [:],
                "by password: sftp://127.0.0.1:PORT acc"
            ),
            ("client", [:], ["user": "ferry-nobody"], "user \"ferry-nobody\" by publickey"),
        ] as [(String, [String: String], [String: String], String)])
    func `says who was refused and by which method, and not the secret`(
        _ key: String, _ more: [String: String], _ changes: [String: String], _ reported: String
    ) async throws {
        let place = try SFTPUnderTest(
            server: server, credential: try server.credential(key: key, more), changes)

        let error = await error(testing: place)

        #expect(error?.code == "destination_access_denied")
        #expect(error?.disposition == .discard)
        let said = try #require(error?.description)
        let expected = reported.replacingOccurrences(of: "PORT", with: "\(server.port)")
        #expect(said.contains(expected), "\(said)")
        #expect(said.contains("user \"\(place.settings.user)\""))
        #expect(!said.contains("PRIVATE KEY") && !said.contains("hunter2"))
    }

    @Test func `names the credential that its worker does not have`() async throws {
        let error = await error(testing: try place(["credential": "other"]))

        #expect(error?.code == "credential_unavailable")
        #expect(
            error?.description.hasPrefix(
                "destination \"crm\": this worker has no credential \"other\": give it one")
                == true)
        #expect(error?.description.contains("its credentials of kind sftp: sftp") == true)
        #expect(error?.disposition == .discard)
    }

    @Test(arguments: ["sftp.example.com", "127.0.0.1", "127.0.0.1:1", "*.0.0.2:*"])
    func `gives its secret to no host but that of the credential`(_ host: String) async throws {
        let server = try SFTPServer()
        let place = try SFTPUnderTest(
            server: server, credential: try server.credential(["host": host]))

        let error = await error(testing: place)

        #expect(error?.code == "credential_unavailable")
        #expect(error?.description.contains("may be used for \(host), not for sftp://") == true)
        #expect(try !server.log().contains("Connection from"))
    }

    @Test func `must be a directory on the server`() async throws {
        let place = try place()
        try Data().write(to: URL(filePath: place.root + "/file"))

        for path in [place.root + "/missing", place.root + "/file"] {
            let destination = SFTPDestination(
                name: "crm", settings: try server.settings(path: path),
                credentials: place.credentials)
            await #expect(
                throws: DestinationError.notFound(
                    destination: "crm", path: "sftp://127.0.0.1:\(server.port)\(path)")
            ) { try await destination.test() }
        }
    }

    @Test func `is denied what the server does not permit`() async throws {
        let server = try SFTPServer(readOnly: true)
        let error = await error(testing: try SFTPUnderTest(server: server))

        #expect(error?.code == "destination_access_denied")
        #expect(error?.description.contains("/.staging") == true)
    }

    @Test func `does not replace a folder of someone else`() async throws {
        let place = try place()
        let sample = try SamplePublication()
        try await sample.stage(at: place.local)
        let taken = place.root + "/" + SamplePublication.folder
        try FileManager.default.createDirectory(
            atPath: taken, withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: taken + "/notes.txt"))

        await #expect(
            throws: DestinationError.alreadyPublished(
                destination: "crm", folder: SamplePublication.folder,
                existing: "files without a manifest",
                publishing: sample.publication.manifestHash)
        ) { try await place.connect().publish(sample.publication) }
        try FileManager.default.removeItem(atPath: taken + "/notes.txt")
        try await place.connect().publish(sample.publication)  // an empty one is not in the way

        #expect(try place.visible() == sample.visible)
    }

    @Test func `does not publish through a symbolic link`() async throws {
        let place = try place()
        let outside = try DirectoryUnderTest()
        try FileManager.default.createSymbolicLink(
            atPath: place.root + "/Daily customers", withDestinationPath: outside.root)
        let sample = try SamplePublication()
        try await sample.stage(at: place.local)

        let error = await #expect(throws: DestinationError.self) {
            try await place.connect().publish(sample.publication)
        }

        #expect(error?.code == "destination_not_allowed")
        #expect(try outside.visible().isEmpty)
    }

    @Test func `takes large files in chunks of any size`() async throws {
        let place = try place()
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let writer = try await place.connect().stage(
            StagedDelivery(run: 1, token: 1), file: "a.csv")

        var rest = bytes[...]
        for size in [1, 100, 3_000_000, 40_000, 1_900_000] {
            try writer.write(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        try writer.write(Array(rest))
        let written = try writer.finish()

        let stored = try Data(contentsOf: URL(filePath: place.root + "/.staging/1/1/a.csv"))
        #expect(written.bytes == 5_000_000 && Array(stored) == bytes)
    }
}
