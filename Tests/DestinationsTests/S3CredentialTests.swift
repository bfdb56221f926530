import Credentials
import Foundation
import TestSupport
import Testing

@testable import Destinations

@Suite("The access key of an S3 destination", .timeLimit(.minutes(15)))
struct S3CredentialTests {
    let folder = NSTemporaryDirectory() + "ferry-credentials-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    private func file(_ name: String, _ text: String) throws -> String {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    /// The access key that is found.
    ///
    /// - Parameters:
    ///   - environment: Of the worker, but for its credentials.
    ///   - credential: What the settings name, as YAML.
    private func credentials(
        _ environment: [String: String], credential: String? = nil,
        settings: [String: String] = [:]
    ) async throws -> S3Credentials {
        var values = ["bucket": "exports"].merging(settings) { $1 }
        values["credential"] = credential.map { _ in "lake" }
        return try await S3CredentialSource(
            destination: "crm", settings: S3Settings(json: JSONEncoder().encode(values)),
            credentials: WorkerCredentials(environment: {
                credential.map { ["FERRY_CREDENTIAL_LAKE": $0] } ?? [:]
            }), environment: { environment }
        ).key()
    }

    private static let ambient = ["AWS_ACCESS_KEY_ID": "own", "AWS_SECRET_ACCESS_KEY": "own"]

    @Test func `is that of the credential`() async throws {
        let found = try await credentials(
            Self.ambient,
            credential: """
                kind: s3
                access_key_id: id
                secret_access_key: secret
                session_token: token
                ca_file: /ca.pem
                """)

        #expect(
            found
                == S3Credentials(
                    accessKeyID: "id", secretAccessKey: "secret", sessionToken: "token",
                    caFile: "/ca.pem"))
    }

    @Test(
        arguments: [
            (nil, "https://s3.eu-west-1.amazonaws.com", true),
            (nil, "https://s3-fips.dualstack.us-gov-west-1.amazonaws.com", true),
            (nil, "https://s3.cn-north-1.amazonaws.com.cn", true),
            (nil, "http://s3.eu-west-1.amazonaws.com", false),
            (nil, "https://s3.eu-west-1.amazonaws.com:8443", false),
            (nil, "https://x.execute-api.eu-west-1.amazonaws.com", false),
            (nil, "https://evil.example", false),
            (nil, "https://s3.eu-west-1.amazonaws.com.evil.example", false),
            ("https://minio.example:9000", "https://minio.example:9000", true),
            ("https://minio.example:9000/", "https://MINIO.example:9000/", true),
            ("https://minio.example", "https://minio.example:443", true),
            ("https://minio.example", "http://minio.example", false),
            ("https://minio.example", "https://minio.example:9000", false),
            ("https://minio.example", "https://s3.eu-west-1.amazonaws.com", false),
            ("https://minio.example", "https://minio.example/storage/v1/s3", true),
            ("https://minio.example/s3/", "https://minio.example/s3", true),
            ("https://minio.example:443/s3", "https://minio.example/s3", true),
            ("https://minio.example/s3", "https://minio.example/other", false),
            ("https://minio.example/s3", "https://minio.example", false),
            (nil, "https://s3.eu-west-1.amazonaws.com/s3", false),
            ("https://*.example", "https://a.b.example", true),
            ("https://*.example", "https://evil.net/a.example", false),
            ("https://*.example", "https://evil.net:1", false),
            ("https://*.example", "https://example", false),
        ] as [(String?, String, Bool)])
    func `goes to its endpoint only`(
        allowed: String?, endpoint: String, isSent: Bool
    ) async throws {
        let keys = "access_key_id: hunter2\nsecret_access_key: hunter2"
        let place = allowed.map { "endpoint: \($0)\n" } ?? ""
        // The worker's own, too: with a credential that has no key, and without any.
        var credentials: [String?] = ["kind: s3\n\(place)\(keys)", "kind: s3\n\(place)"]
        if allowed == nil { credentials.append(nil) }

        for credential in credentials {
            do {
                let key = try await self.credentials(
                    Self.ambient, credential: credential, settings: ["endpoint": endpoint])
                #expect(isSent, "\(endpoint) got \(key)")
            } catch let error as DestinationError {
                #expect(!isSent, "\(error)")
                #expect(error.code == "credential_unavailable")
                #expect(!error.description.contains("hunter2"))
            }
        }
    }

    @Test func `that the worker does not have is named`() async throws {
        let settings = try S3Settings(json: Data(#"{"bucket": "exports", "credential": "x"}"#.utf8))
        let source = S3CredentialSource(
            destination: "crm", settings: settings,
            credentials: WorkerCredentials(environment: { [:] }))

        let error = await #expect(throws: DestinationError.self) { try await source.key() }

        #expect(error?.code == "credential_unavailable")
        #expect(error?.description.contains("this worker has no credential \"x\"") == true)
    }

    @Test func `else is that of the environment`() async throws {
        let path = try file("shared", "[default]\naws_access_key_id=f\naws_secret_access_key=g\n")

        let found = try await credentials([
            "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_SESSION_TOKEN": "token", "AWS_SHARED_CREDENTIALS_FILE": path,
        ])

        #expect(
            found
                == S3Credentials(
                    accessKeyID: "id", secretAccessKey: "secret", sessionToken: "token"))
    }

    @Test(
        arguments: [(nil, "AKID1", nil), ("crm", "AKID2", "t=1")] as [(String?, String, String?)])
    func `else is that of the profile in the shared file`(
        profile: String?, id: String, token: String?
    ) async throws {
        let path = try file(
            "shared",
            """
            # keys
            [default]
            aws_access_key_id = AKID1
            aws_secret_access_key = s1
            [ crm ]
            aws_access_key_id=AKID2
            aws_secret_access_key=s2
            aws_session_token = t=1
            """)
        var environment = ["AWS_SHARED_CREDENTIALS_FILE": path]
        environment["AWS_PROFILE"] = profile

        let found = try await credentials(environment)

        #expect(found.accessKeyID == id && found.sessionToken == token)
    }

    @Test func `else is one for a role, which a web identity gets`() async throws {
        let server = try S3Server.shared()
        let found = try await credentials([
            "AWS_WEB_IDENTITY_TOKEN_FILE": try file("token", "a.b&c=d\n"),
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/ferry",
            "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:\(server.port)",
        ])

        #expect(found.accessKeyID.hasPrefix("ASIA"))
        #expect(!found.secretAccessKey.isEmpty && found.sessionToken != nil)
        #expect(try #require(found.expiration) > Date(timeIntervalSinceNow: 600))
    }

    @Test func `that a role does not get says why`() async throws {
        let way = try FaultyWay(to: 1) { _ in
            .answered(
                400,
                body: "<ErrorResponse><Error><Code>InvalidIdentityToken</Code>"
                    + "<Message>No.</Message></Error></ErrorResponse>")
        }

        let error = await #expect(throws: S3Failure.self) {
            try await credentials([
                "AWS_WEB_IDENTITY_TOKEN_FILE": try file("token", "hunter2"),
                "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/ferry",
                "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:\(way.port)",
            ])
        }

        let reported = error?.asDestinationError(of: "crm").description ?? ""
        #expect(reported.contains("AssumeRoleWithWebIdentity 400 InvalidIdentityToken: No."))
        #expect(!reported.contains("hunter2"))
    }

    @Test func `that is nowhere says where it was looked for`() async {
        let error = await #expect(throws: DestinationError.self) {
            try await credentials(["HOME": folder, "AWS_EC2_METADATA_DISABLED": "true"])
        }

        #expect(error?.code == "credential_unavailable")
        #expect(error?.description.contains("AWS_ACCESS_KEY_ID") == true)
    }

    @Test func `is not shown with its secret`() {
        let key = S3Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hunter2")

        #expect("\(key)" == "access key …MPLE")
        #expect(!String(reflecting: key).contains("hunter2"))
    }
}
