internal import Credentials
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// An access key for a role, from Amazon's token service for a token in a file, as in Kubernetes.
struct S3WebIdentity: S3KeyProvider {
    let destination: String
    let tokenFile: String
    let role: String
    let sessionName: String
    let endpoint: String

    /// - Returns: Nil if the worker's environment names no token and role.
    init?(destination: String, region: String, environment: [String: String]) {
        guard let tokenFile = environment["AWS_WEB_IDENTITY_TOKEN_FILE"],
            let role = environment["AWS_ROLE_ARN"]
        else { return nil }
        self.destination = destination
        self.tokenFile = tokenFile
        self.role = role
        sessionName = environment["AWS_ROLE_SESSION_NAME"] ?? "ferry"
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        endpoint = environment["AWS_ENDPOINT_URL_STS"] ?? "https://sts.\(region).\(domain)"
    }

    func credentials() async throws -> S3Credentials? {
        guard let bytes = FileManager.default.contents(atPath: tokenFile) else {
            throw DestinationError.credentialUnavailable(
                destination: destination,
                CredentialUnavailable(
                    "this worker cannot read \(tokenFile) of AWS_WEB_IDENTITY_TOKEN_FILE"))
        }
        let token = String(decoding: bytes, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let form = [
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"),
            ("RoleArn", role), ("RoleSessionName", sessionName), ("WebIdentityToken", token),
        ]
        var request = S3KeyRequest(
            destination: destination, operation: "AssumeRoleWithWebIdentity",
            url: endpoint.hasSuffix("/") ? endpoint : endpoint + "/")
        request.method = .POST
        request.headers = [("content-type", "application/x-www-form-urlencoded")]
        request.body = ByteBuffer(
            string: form.map { "\($0)=\($1.uriEncoded())" }.joined(separator: "&"))
        request.patience = .seconds(30)
        let response = try await request.send()
        let answer = S3XML(response.body)
        guard response.status == 200,
            let found = answer?.all("AssumeRoleWithWebIdentityResult").first?
                .all("Credentials").first,
            let id = found.text("AccessKeyId"), let secret = found.text("SecretAccessKey")
        else {
            let error = answer?.all("Error").first
            throw S3Failure(
                operation: request.operation, path: role, status: response.status,
                code: error?.text("Code") ?? "", message: error?.text("Message") ?? "")
        }
        return S3Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: found.text("SessionToken"),
            expiration: found.text("Expiration").flatMap(Date.init(fromAmazon:)))
    }
}
