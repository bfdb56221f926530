import Crypto
import Formats
import Foundation
import Manifests
import TestSupport
import Values

/// A delivery in a folder of this machine, and the same on a server.
final class PlacedDelivery {
    enum Kind: String, CaseIterable {
        case s3
        case sftp
    }

    /// What the server has is a copy of this folder, once it was put there.
    let folder: String
    let kind: Kind
    /// Where it is on the server.
    let address: String
    /// How the program gets there.
    let options: [String]
    let environment: [String: String]
    private let bucket: S3Bucket?

    /// - Parameter files: How many files there are, of one row each.
    init(_ kind: Kind, files: Int = 2, server: S3Server? = nil) throws {
        self.kind = kind
        // Short and without links, as sshd wants it.
        let root = "/tmp/ferry-placed-" + UUID().uuidString
        folder = root + "/Daily customers/run-7"
        switch kind {
        case .s3:
            let bucket = try S3Bucket(server: server)
            self.bucket = bucket
            address = "s3://\(bucket.name)/out/crm"
            options = [
                "--credential", "lake", "--setting",
                "endpoint=http://127.0.0.1:\(bucket.server.port)",
            ]
            environment = ["FERRY_CREDENTIAL_LAKE": S3Bucket.credential]
        case .sftp:
            let server = try SFTPServer.shared.get()
            bucket = nil
            address = "sftp://\(NSUserName())@127.0.0.1:\(server.port)\(root)"
            options = [
                "--credential", "partner", "--setting", "host_key=\(try server.fingerprint())",
            ]
            environment = ["FERRY_CREDENTIAL_PARTNER": try server.credential()]
        }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try deliver(files)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private var root: String {
        URL(filePath: folder).deletingLastPathComponent().deletingLastPathComponent()
            .path(percentEncoded: false)
    }

    private func deliver(_ count: Int) throws {
        let files = try (1...count).map { number in
            let bytes = Array("id\n\(number)\n".utf8)
            let name = "part \(number).csv"
            try write(bytes, to: name)
            return Manifest.File(
                name: name, table: TableName(schema: "public", name: "customers"), rows: 1,
                bytes: Int64(bytes.count),
                sha256: SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined(),
                columns: [])
        }
        let manifest = try Manifest(
            export: .init(id: 1, name: "Daily customers", version: 2), run: 7,
            environment: "production", database: "crm",
            snapshot: .init(takenAt: Instant(microsecondsSince1970: 0)),
            startedAt: Instant(microsecondsSince1970: 0),
            format: DataTemplateSettings(json: #"{"success_file": true}"#), files: files)
        try write(manifest.encoded(), to: Manifest.fileName)
        try write([], to: ".DONE")
        let latest = LatestDelivery(of: manifest, in: "run-7", sha256: manifest.sha256)
        try write(latest.encoded(), to: "../latest.json")
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: folder + "/" + name))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: folder + "/" + name)
    }

    /// Puts all of it on the server, as it is now.
    func put() throws {
        try bucket?.upload(root, under: "out/crm/")
    }

    /// - Parameter place: Below the address.
    func verify(
        _ place: String = "/Daily customers/run-7", more: [String] = [],
        environment: [String: String]? = nil
    ) async throws -> Program.Result {
        let program = Program(url: "", environment: environment ?? self.environment)
        return try await program.start(["verify", address + place] + options + more).result()
    }

    /// The same of the folder of this machine.
    func verifyHere() async throws -> Program.Result {
        try await Program(url: "").run("verify", folder)
    }
}
