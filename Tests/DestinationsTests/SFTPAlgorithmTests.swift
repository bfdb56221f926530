import Foundation
import TestSupport
import Testing

@testable import Destinations

@Suite("The algorithms of an SFTP connection", .timeLimit(.minutes(15)))
struct SFTPAlgorithmTests {
    @Test(arguments: [
        "KexAlgorithms diffie-hellman-group14-sha1", "Ciphers aes256-cbc", "MACs hmac-sha1",
    ])
    func `are none that are broken`(_ line: String) async throws {
        let server = try SFTPServer(line)
        let place = try SFTPUnderTest(server: server)

        let error = await #expect(throws: DestinationError.self) {
            try await place.connect().test()
        }

        let said = try #require(error?.description)
        #expect(said.contains("that Ferry accepts"), "\(said)")
        #expect(try !server.log().contains("Accepted"))
    }

    @Test(arguments: [
        "KexAlgorithms curve25519-sha256", "KexAlgorithms diffie-hellman-group14-sha256",
        "Ciphers aes128-ctr", "MACs hmac-sha2-256", "MACs hmac-sha2-512",
    ])
    func `are those of servers of today`(_ line: String) async throws {
        let place = try SFTPUnderTest(server: SFTPServer(line))

        try await place.connect().test()
    }

    @Test func `leave out RSA keys that sign with SHA-1`() {
        #expect(HostKeyPin.algorithms(["ssh-rsa"]) == "rsa-sha2-512,rsa-sha2-256")
    }
}
