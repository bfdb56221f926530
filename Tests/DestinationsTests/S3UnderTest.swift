import Credentials
import Foundation
import NIOHTTP1
import TestSupport
import Waiting

@testable import Destinations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A bucket of its own on the server.
final class S3UnderTest: DestinationUnderTest {
    let bucket: String
    let prefix: String
    let server: S3Server
    /// Sees the bucket past all faults.
    let eyes: S3Client

    var hasFolders: Bool { false }
    var showsFilesBeforeTheirManifest: Bool { true }
    let replacesAtOnce: Bool

    init(prefix: String = "out/crm/", server kind: S3Server.Kind = .moto) throws {
        server = try S3Server.shared(kind)
        replacesAtOnce = kind != .rclone
        bucket = "ferry-" + UUID().uuidString.lowercased()
        self.prefix = prefix
        let created = try WaitingThreads.wait { [bucket, server] in
            let client = try S3Client.at(server.port, bucket: bucket)
            _ = try await client.send(
                S3Request(operation: "CreateBucket", method: .PUT))
            return client
        }
        eyes = created
    }

    func client(port: Int? = nil, settings: [String: String] = [:]) throws -> S3Client {
        try S3Client.at(
            port ?? server.port, bucket: bucket,
            settings: ["prefix": prefix].merging(settings) { $1 })
    }

    func connect(step: @escaping @Sendable (String) throws -> Void) -> any DestinationAdapter {
        do {
            return S3Destination(client: try client(), step: step)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Everything in the bucket whose key begins with the prefix, by the rest of its key.
    private func keys() throws -> [String] {
        let (eyes, prefix) = (eyes, prefix)
        return try WaitingThreads.wait { try await eyes.keys(under: prefix) }
            .map { String($0.dropFirst(prefix.count)) }
    }

    func visible() throws -> [String: [UInt8]] {
        let (eyes, prefix) = (eyes, prefix)
        var contents: [String: [UInt8]] = [:]
        for key in try keys() where !key.hasPrefix(".staging/") {
            contents[key] = try WaitingThreads.wait {
                try await eyes.get(prefix + key, bytesMax: 64 << 20)
            }
        }
        return contents
    }

    func staged() throws -> [String] {
        try keys().filter { $0.hasPrefix(".staging/") }.sorted()
    }
}

extension S3Client {
    /// - Parameter access: What the credential has besides the key and where it may go.
    static func at(
        _ port: Int, bucket: String, settings: [String: String] = [:],
        access: [String: String] = [:]
    ) throws -> S3Client {
        let endpoint = settings["endpoint"] ?? "http://127.0.0.1:\(port)"
        let credential = String(
            decoding: try JSONEncoder().encode(
                [
                    "kind": "s3", "endpoint": endpoint, "access_key_id": "testing",
                    "secret_access_key": "testing",
                ].merging(access) { $1 }), as: UTF8.self)
        let values = ["bucket": bucket, "endpoint": endpoint, "credential": "s3"]
            .merging(settings) { $1 }
        let json = try JSONEncoder().encode(values)
        var client = S3Client(
            destination: "crm", settings: try S3Settings(json: json),
            credentials: WorkerCredentials(environment: { ["FERRY_CREDENTIAL_S3": credential] }))
        client.retries.backoff.firstDelay = .milliseconds(5)
        return client
    }
}
