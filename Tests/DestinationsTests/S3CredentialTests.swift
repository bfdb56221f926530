import Foundation
import Lifecycle
import TestSupport
import Testing

@testable import Destinations

@Suite("The access key of an S3 destination")
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

    private func credentials(
        _ environment: [String: String], keys: S3Settings.Keys? = nil
    ) async throws -> S3Credentials {
        try await S3CredentialSource(
            destination: "crm", keys: keys, region: "us-east-1", environment: { environment }
        ).credentials()
    }

    @Test func `is that of the settings, read anew`() async throws {
        let path = try file("secret", "one\n")
        let keys = S3Settings.Keys(
            accessKeyID: .file(path), secretAccessKey: .file(path), sessionToken: .file(path))
        let other = ["AWS_ACCESS_KEY_ID": "other", "AWS_SECRET_ACCESS_KEY": "other"]

        #expect(
            try await credentials(other, keys: keys)
                == S3Credentials(
                    accessKeyID: "one", secretAccessKey: "one", sessionToken: "one"))
        _ = try file("secret", "two")
        #expect(try await credentials(other, keys: keys).secretAccessKey == "two")
    }

    @Test func `that cannot be resolved names the reference`() async {
        let keys = S3Settings.Keys(
            accessKeyID: .environment("FERRY_NO_SUCH"), secretAccessKey: .environment("X"),
            sessionToken: nil)

        await #expect(
            throws: DestinationError.secretUnavailable(
                destination: "crm", reference: "env:FERRY_NO_SUCH",
                reason: "this worker has no such variable")
        ) { try await credentials([:], keys: keys) }
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

        let told = error?.asDestinationError(of: "crm").description ?? ""
        #expect(told.contains("AssumeRoleWithWebIdentity 400 InvalidIdentityToken: No."))
        #expect(!told.contains("hunter2"))
    }

    @Test func `that is nowhere says where it was looked for`() async {
        let error = await #expect(throws: DestinationError.self) {
            try await credentials(["HOME": folder])
        }

        #expect(error?.code == "secret_unavailable")
        #expect(error?.description.contains("AWS_ACCESS_KEY_ID") == true)
    }

    @Test func `is not shown with its secret`() {
        let key = S3Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hunter2")

        #expect("\(key)" == "access key …MPLE")
        #expect(!String(reflecting: key).contains("hunter2"))
    }
}
