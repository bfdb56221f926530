import Credentials
import Crypto
import Foundation
import Locks
import TestSupport
import Testing

@testable import Destinations

@Suite("A worker's own access key", .timeLimit(.minutes(15)))
struct S3AmbientKeyTests {
    let folder = NSTemporaryDirectory() + "ferry-ambient-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder + "/.aws/sso/cache", withIntermediateDirectories: true)
    }

    @discardableResult
    private func file(_ name: String, _ text: String) throws -> String {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    private func key(_ environment: [String: String]) async throws -> S3Credentials {
        try await S3AmbientKey(
            destination: "crm", region: "us-east-1",
            environment: ["HOME": folder, "AWS_EC2_METADATA_DISABLED": "true"]
                .merging(environment) { $1 }
        ).credentials()
    }

    private func unavailable(_ environment: [String: String]) async -> String {
        let error = await #expect(throws: DestinationError.self) { try await key(environment) }
        #expect(error?.code == "credential_unavailable")
        return error?.description ?? ""
    }

    // MARK: - Profiles

    @Test func `may be in the configuration file`() async throws {
        try file(".aws/credentials", "[other]\naws_access_key_id = o\n")
        try file(
            ".aws/config",
            """
            [default]
            aws_access_key_id = d
            aws_secret_access_key = s
            [profile crm]
            region = eu-west-1
            aws_access_key_id = c
            aws_secret_access_key = s
            """)

        #expect(try await key([:]).accessKeyID == "d")
        #expect(try await key(["AWS_PROFILE": "crm"]).accessKeyID == "c")
    }

    @Test func `is no other one than that of the profile that is named`() async throws {
        try file(
            ".aws/config",
            """
            [profile chained]
            role_arn = arn:aws:iam::1:role/x
            [profile program]
            credential_process = /bin/key
            """)
        // There is another one, further on.
        let more = [
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/none", "AWS_ROLE_ARN": "arn:aws:iam::1:role/y",
        ]

        for (profile, reported) in [
            ("none", "the profile \"none\" of AWS_PROFILE is missing"),
            ("chained", "does not support role_arn"),
            ("program", "does not support credential_process"),
        ] {
            let said = await unavailable(more.merging(["AWS_PROFILE": profile]) { $1 })
            #expect(said.contains(reported), "\(said)")
        }
    }

    // MARK: - Single sign-on

    private static let session = """
        [profile crm]
        sso_session = corp
        sso_account_id = 123456789012
        sso_role_name = Ferry & more
        [sso-session corp]
        sso_region = eu-west-1
        sso_start_url = https://corp.awsapps.example/start
        """
    private static let legacy = """
        [profile crm]
        sso_account_id = 123456789012
        sso_role_name = Ferry & more
        sso_region = eu-west-1
        sso_start_url = https://corp.awsapps.example/start
        """

    private func signOn(_ config: String, cachedAs name: String, until end: Date) throws {
        try file(".aws/config", config)
        let hash = Insecure.SHA1.hash(data: Data(name.utf8))
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let time = end.formatted(.iso8601)
        try file(
            ".aws/sso/cache/\(hash).json",
            #"{"accessToken": "hunter2", "expiresAt": "\#(time)", "region": "eu-west-1"}"#)
    }

    @Test(arguments: [
        (Self.session, "corp"), (Self.legacy, "https://corp.awsapps.example/start"),
    ])
    func `is got for the token of a single sign-on`(config: String, name: String) async throws {
        let way = try FaultyWay(to: 1) { _ in
            .answered(
                200,
                body: #"{"roleCredentials": {"accessKeyId": "ASIA1", "secretAccessKey": "s", "#
                    + #""sessionToken": "t", "expiration": 1795000000000}}"#)
        }
        try signOn(config, cachedAs: name, until: Date(timeIntervalSinceNow: 600))

        let found = try await key([
            "AWS_PROFILE": "crm", "AWS_ENDPOINT_URL_SSO": "http://127.0.0.1:\(way.port)/",
        ])

        #expect(
            found
                == S3Credentials(
                    accessKeyID: "ASIA1", secretAccessKey: "s", sessionToken: "t",
                    expiration: Date(timeIntervalSince1970: 1_795_000_000)))
        #expect(
            way.requests == [
                "GET /federation/credentials?role_name=Ferry%20%26%20more"
                    + "&account_id=123456789012"
            ])
        #expect(
            way.seen.first?.head.lowercased().contains("x-amz-sso_bearer_token: hunter2") == true)
    }

    @Test func `whose single sign-on has expired says what to run`() async throws {
        try signOn(Self.session, cachedAs: "corp", until: Date(timeIntervalSinceNow: -1))

        let said = await unavailable(["AWS_PROFILE": "crm"])

        #expect(said.contains("profile \"crm\"") && said.contains("run aws sso login"))
        #expect(!said.contains("hunter2"))
    }

    @Test func `that the portal does not give says why`() async throws {
        let way = try FaultyWay(to: 1) { _ in
            .answered(403, body: #"{"__type": "x", "message": "No access"}"#)
        }
        try signOn(Self.session, cachedAs: "corp", until: Date(timeIntervalSinceNow: 600))

        let said = await unavailable([
            "AWS_PROFILE": "crm", "AWS_ENDPOINT_URL_SSO": "http://127.0.0.1:\(way.port)",
        ])

        #expect(said.contains("GetRoleCredentials 403: No access"), "\(said)")
        #expect(!said.contains("hunter2") && !said.contains("account_id"))
    }

    // MARK: - The order

    @Test func `of variables comes before a profile, and that before an agent`() async throws {
        let way = try FaultyWay(to: 1) { _ in .answered(500) }
        let agent = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:\(way.port)/"]
        let variables = ["AWS_ACCESS_KEY_ID": "v", "AWS_SECRET_ACCESS_KEY": "s"]
        try file(
            ".aws/credentials", "[default]\naws_access_key_id = p\naws_secret_access_key = s\n")

        #expect(try await key(agent.merging(variables) { $1 }).accessKeyID == "v")
        #expect(try await key(agent).accessKeyID == "p")
        #expect(way.requests.isEmpty)
    }

    // MARK: - Its time

    @Test func `is replaced before it expires, and used until it does`() async throws {
        let answers = Locked<[FaultyWay.Fate]>([
            Self.issued("first", in: 3600), .answered(503), Self.issued("third", in: 86_400),
        ])
        let way = try FaultyWay(to: 1) { _ in
            answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        }
        let source = S3CredentialSource(
            destination: "crm",
            settings: try S3Settings(json: Data(#"{"bucket": "exports"}"#.utf8)),
            credentials: WorkerCredentials(environment: { [:] }),
            environment: {
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:\(way.port)/"]
            })
        let session = S3Session(
            region: "us-east-1", source: source, margin: 7200, lookPause: .zero)

        #expect(try await session.credentials().accessKeyID == "first")
        #expect(try await session.credentials().accessKeyID == "first")
        #expect(try await session.credentials().accessKeyID == "third")
        #expect(try await session.credentials().accessKeyID == "third")
        #expect(way.requests.count == 3)
    }

    @Test func `is not asked for before each request when it is not replaced in time`()
        async throws
    {
        let way = try FaultyWay(to: 1) { _ in Self.issued("first", in: 3600) }
        let source = S3CredentialSource(
            destination: "crm",
            settings: try S3Settings(json: Data(#"{"bucket": "exports"}"#.utf8)),
            credentials: WorkerCredentials(environment: { [:] }),
            environment: {
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:\(way.port)/"]
            })
        let session = S3Session(
            region: "us-east-1", source: source, margin: 7200, lookPause: .seconds(86_400))

        for _ in 1...3 { #expect(try await session.credentials().accessKeyID == "first") }

        #expect(way.requests.count == 1)
    }

    private static func issued(_ id: String, in seconds: TimeInterval) -> FaultyWay.Fate {
        let end = Date(timeIntervalSinceNow: seconds).formatted(.iso8601)
        return .answered(
            200,
            body: #"{"AccessKeyId": "\#(id)", "SecretAccessKey": "s", "Token": "t", "#
                + #""Expiration": "\#(end)"}"#)
    }
}
