internal import Foundation
internal import Locks
internal import NIOCore
internal import NIOHTTP1

/// An access key for the role of an EC2 instance, from its metadata service, version 2.
struct S3InstanceKey: S3KeyProvider {
    let destination: String
    let endpoint: String

    /// The services that have answered this process before: if one stops answering, the worker is
    /// still on an instance.
    private static let known = Locked<Set<String>>([])

    /// - Returns: Nil if the worker's environment disables it.
    init?(destination: String, environment: [String: String]) {
        if environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" { return nil }
        self.destination = destination
        let isIPv6 = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
        let address =
            environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"]
            ?? (isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254")
        endpoint = address.hasSuffix("/") ? String(address.dropLast()) : address
    }

    func credentials() async throws -> S3Credentials? {
        let token: S3KeyRequest.Answer
        do {
            token = try await self.token()
        } catch let failure as S3Failure where failure.status == 0 {
            // Outside of EC2 there is no answer.
            if isKnown { throw failure }
            return nil
        }
        remember()
        // Another answer means that it is disabled.
        guard token.status == 200 else { return nil }
        let headers = [("x-aws-ec2-metadata-token", token.text)]
        let roles = "/latest/meta-data/iam/security-credentials/"
        let found = try await request("instance role", roles, headers).send()
        let role = found.text.prefix { !$0.isNewline }
        guard found.status == 200, !role.isEmpty else { return nil }
        return try await request(
            "instance credentials", roles + String(role).uriEncoded(), headers
        ).send(as: S3IssuedKey.self).credentials
    }

    private var isKnown: Bool { Self.known.withLock { $0.contains(endpoint) } }

    private func remember() { Self.known.withLock { _ = $0.insert(endpoint) } }

    /// At most three attempts: packets to it get lost, too.
    private func token() async throws -> S3KeyRequest.Answer {
        var request = request(
            "instance metadata token", "/latest/api/token",
            [("x-aws-ec2-metadata-token-ttl-seconds", "21600")])
        (request.method, request.body) = (.PUT, ByteBuffer())
        request.patience = .seconds(1)
        for _ in 1...2 {
            do {
                return try await request.send()
            } catch let failure as S3Failure where failure.isOverdue {}
        }
        return try await request.send()
    }

    private func request(
        _ operation: String, _ path: String, _ headers: [(String, String)]
    ) -> S3KeyRequest {
        S3KeyRequest(
            destination: destination, operation: operation, url: endpoint + path, headers: headers)
    }
}
