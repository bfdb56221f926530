import Foundation
import NIOHTTP1
import TestSupport
import Testing
import Values

@testable import Destinations

@Suite("An S3 service with a certificate of its own", .timeLimit(.minutes(15)))
struct S3TransportTests {
    let folder = NSTemporaryDirectory() + "ferry-tls-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    /// A new self-signed certificate for 127.0.0.1, and its key.
    private func certificate(_ name: String) throws -> String {
        let path = folder + "/" + name
        let process = try TestPython.process(["-c", Self.program, path])
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return path
    }

    private static let program = """
        import datetime, ipaddress, sys
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ferry's tests")])
        now = datetime.datetime.now(datetime.timezone.utc)
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        certificate = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256()))
        with open(sys.argv[1], "wb") as file:
            file.write(certificate.public_bytes(serialization.Encoding.PEM))
            file.write(key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption()))
        """

    @Test func `is trusted by ca_file, and only by the right one`() async throws {
        let (own, other) = (try certificate("own.pem"), try certificate("other.pem"))
        let server = try S3Server(certificate: own)
        func client(_ access: [String: String]) throws -> S3Client {
            try S3Client.at(
                server.port, bucket: "ferry",
                settings: ["endpoint": "https://127.0.0.1:\(server.port)"], access: access)
        }
        let trusting = try client(["ca_file": own])
        _ = try await trusting.send(S3Request(operation: "CreateBucket", method: .PUT))

        try await S3Destination(client: trusting) { _ in }.test()
        for access in [[:], ["ca_file": other]] {
            let client = try client(access)
            let error = await #expect(throws: DestinationError.self) {
                try await S3Destination(client: client) { _ in }.test()
            }
            #expect(error?.description.contains("CERTIFICATE_VERIFY_FAILED") == true)
        }
    }

    @Test(arguments: ["no-such.pem", "empty.pem"])
    func `needs a file with certificates`(name: String) async throws {
        try Data("nothing".utf8).write(to: URL(filePath: folder + "/empty.pem"))
        let client = try S3Client.at(1, bucket: "ferry", access: ["ca_file": folder + "/" + name])

        let error = await #expect(throws: DestinationError.self) {
            try await S3Destination(client: client) { _ in }.test()
        }

        #expect(error?.code == "destination_not_allowed")
        #expect(error?.description.contains("ca_file must be a PEM file") == true)
    }
}
