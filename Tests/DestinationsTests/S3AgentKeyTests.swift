import Foundation
import TestSupport
import Testing

@testable import Destinations

@Suite("An access key of a container or an instance", .timeLimit(.minutes(15)))
struct S3AgentKeyTests {
    private static let answer =
        #"{"Code": "Success", "AccessKeyId": "ASIA1", "SecretAccessKey": "s", "Token": "t", "#
        + #""Expiration": "2027-01-01T00:00:00.5Z", "RoleArn": "r"}"#
    private static let key = S3Credentials(
        accessKeyID: "ASIA1", secretAccessKey: "s", sessionToken: "t",
        expiration: Date(timeIntervalSince1970: 1_798_761_600.5))

    // MARK: - Containers

    private func container(_ environment: [String: String]) async throws -> S3Credentials? {
        try await S3ContainerKey(destination: "crm", environment: environment)?.credentials()
    }

    @Test func `is that of the task in ECS`() async throws {
        let way = try FaultyWay(to: 1) { _ in .answered(200, body: Self.answer) }

        let found = try await S3ContainerKey(
            destination: "crm",
            environment: [
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1-2",
                // Of both, this one is not for ECS.
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/",
            ], host: "http://127.0.0.1:\(way.port)"
        )?.credentials()

        #expect(found == Self.key)
        #expect(way.requests == ["GET /v2/credentials/1-2"])
        #expect(way.seen.first?.head.lowercased().contains("authorization") == false)
    }

    @Test func `is that of the pod in EKS, for the token that is in the file now`() async throws {
        let file = NSTemporaryDirectory() + "ferry-token-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        let way = try FaultyWay(to: 1) { _ in .answered(200, body: Self.answer) }
        let environment = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:\(way.port)/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "other",
        ]

        for token in ["first", "second"] {
            try Data("\(token)\n".utf8).write(to: URL(filePath: file))
            #expect(try await container(environment) == Self.key)
        }

        let tokens = way.seen.map { request in
            request.head.split(separator: "\r\n").first {
                $0.lowercased().hasPrefix("authorization:")
            }?.split(separator: " ").last.map(String.init)
        }
        #expect(tokens == ["first", "second"])
    }

    @Test(arguments: [
        ("https://anywhere.example/x", true), ("http://127.0.0.1:8080/x", true),
        ("http://127.9.9.9/x", true), ("http://localhost/x", true), ("http://[::1]:1/x", true),
        ("http://169.254.170.2/x", true), ("http://169.254.170.23/v1/credentials", true),
        ("http://[fd00:ec2::23]/v1/credentials", true), ("http://169.254.169.254/x", false),
        ("http://anywhere.example/x", false), ("http://127.0.0.1.evil.example/x", false),
        ("http://127.0.0.1@evil.example/x", false), ("http://10.0.0.1/x", false),
        ("ftp://127.0.0.1/x", false), ("127.0.0.1/x", false), ("https://u:p@h/x", false),
    ])
    func `is asked for only where Amazon's own tools do`(url: String, isAllowed: Bool) {
        #expect(S3ContainerKey.isAllowed(url) == isAllowed)
    }

    @Test func `is not asked for with what is no token, or elsewhere`() async throws {
        let way = try FaultyWay(to: 1) { _ in .answered(200, body: Self.answer) }
        let here = "http://127.0.0.1:\(way.port)/"
        for (environment, reported) in [
            (
                [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": here,
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "hunter2\r\nhost: evil",
                ], "must be one line"
            ),
            (
                [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": here,
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/no/such",
                ], "cannot read /no/such"
            ),
            (
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://evil.example/"],
                "must be an https address"
            ),
        ] {
            let error = await #expect(throws: DestinationError.self) {
                try await container(environment)
            }
            #expect(error?.description.contains(reported) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("hunter2") == false)
        }
        #expect(way.requests.isEmpty)
        #expect(try await container([:]) == nil)
    }

    @Test(arguments: [
        (403, #"{"code": "AccessDenied", "message": "No role"}"#, "403: AccessDenied: No role"),
        (404, "nothing", "404"), (200, "{}", "200"),
    ])
    func `that the agent refuses is unavailable, with what it says`(
        status: Int, body: String, reported: String
    ) async throws {
        let way = try FaultyWay(to: 1) { _ in .answered(status, body: body) }

        let error = await #expect(throws: DestinationError.self) {
            try await container([
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:\(way.port)/x?y"
            ])
        }

        #expect(error?.code == "credential_unavailable")
        #expect(
            error?.description.contains(
                "127.0.0.1:\(way.port)/x returned no access key (container credentials \(reported))"
            )
                == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [FaultyWay.Fate.answered(503), .answered(429), .cutAfterRequestBytes(1)])
    func `may be given later where the agent is busy`(fate: FaultyWay.Fate) async throws {
        let way = try FaultyWay(to: 1) { _ in fate }

        let failure = await #expect(throws: S3Failure.self) {
            try await container([
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:\(way.port)/"
            ])
        }

        #expect(failure?.asDestinationError(of: "crm").disposition == .retry)
    }

    // MARK: - Instances

    private func instance(
        _ port: Int, _ more: [String: String] = [:]
    ) async throws -> S3Credentials? {
        let environment = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:\(port)/"]
        return try await S3InstanceKey(
            destination: "crm", environment: environment.merging(more) { $1 })?.credentials()
    }

    /// The metadata service, which answers nothing without its token.
    private func service(role: FaultyWay.Fate = .answered(200, body: "ferry\n")) throws -> FaultyWay
    {
        try FaultyWay(to: 1) { request in
            let head = request.head.lowercased()
            if request.line == "PUT /latest/api/token" {
                return head.contains("x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n")
                    ? .answered(200, body: "hunter2") : .answered(400)
            }
            guard head.contains("x-aws-ec2-metadata-token: hunter2\r\n") else {
                return .answered(401)
            }
            switch request.line {
            case "GET /latest/meta-data/iam/security-credentials/": return role
            case "GET /latest/meta-data/iam/security-credentials/ferry":
                return .answered(200, body: Self.answer)
            default: return .answered(404)
            }
        }
    }

    @Test func `is that of the instance, by the second version of its service`() async throws {
        let way = try service()

        #expect(try await instance(way.port) == Self.key)

        #expect(way.requests.count == 3)
    }

    @Test func `is none where the instance has no role, or no such service`() async throws {
        let way = try service(role: .answered(404))
        #expect(try await instance(way.port) == nil)

        let off = try FaultyWay(to: 1) { _ in .answered(403) }
        #expect(try await instance(off.port) == nil)

        let (listener, port) = try LocalSocket.listening()
        listener.close()
        #expect(try await instance(port) == nil)
    }

    @Test func `is not asked for where that is turned off`() async throws {
        let way = try service()

        #expect(try await instance(way.port, ["AWS_EC2_METADATA_DISABLED": "TRUE"]) == nil)

        #expect(way.requests.isEmpty)
    }

    @Test func `may be given later where the service has answered before`() async throws {
        let port: Int
        do {
            let way = try service()
            port = way.port
            #expect(try await instance(port) == Self.key)
        }
        try await eventually("the service is gone") {
            (try? LocalSocket.connected(to: port))?.close() == nil
        }

        let failure = await #expect(throws: S3Failure.self) { try await instance(port) }

        #expect(failure?.asDestinationError(of: "crm").disposition == .retry)
    }

    @Test func `is unavailable where the service says why`() async throws {
        let way = try FaultyWay(to: 1) { request in
            switch request.line {
            case "PUT /latest/api/token": .answered(200, body: "t")
            case "GET /latest/meta-data/iam/security-credentials/": .answered(200, body: "ferry")
            default:
                .answered(
                    200, body: #"{"Code": "AssumeRoleUnauthorizedAccess", "Message": "No."}"#)
            }
        }

        let error = await #expect(throws: DestinationError.self) { try await instance(way.port) }

        #expect(error?.description.contains("AssumeRoleUnauthorizedAccess: No.") == true)
    }
}
