internal import Credentials
internal import Crypto
internal import Formats
internal import Foundation

/// An access key for a role of the worker's user by single sign-on: `aws sso login` stores a token,
/// which the portal exchanges for the key.
struct S3SingleSignOn: S3KeyProvider {
    let destination: String
    let profile: String
    let account: String
    let role: String
    /// The address of the portal.
    let portal: String
    /// The file that `aws sso login` keeps the token in.
    let tokenFile: String

    /// - Returns: Nil if the profile has no single sign-on.
    init?(destination: String, files: S3SharedFiles, environment: [String: String]) {
        guard let settings = files.settings, let account = settings["sso_account_id"],
            let role = settings["sso_role_name"]
        else { return nil }
        let session = settings["sso_session"]
        let place = session.flatMap(files.session) ?? settings
        guard let region = place["sso_region"], let start = place["sso_start_url"] else {
            return nil
        }
        self.destination = destination
        profile = files.profile
        (self.account, self.role) = (account, role)
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        portal = environment["AWS_ENDPOINT_URL_SSO"] ?? "https://portal.sso.\(region).\(domain)"
        // As Amazon's own tools name it.
        let name = Insecure.SHA1.hash(data: Data((session ?? start).utf8)).hexadecimal
        tokenFile = "\(files.folder)/sso/cache/\(name).json"
    }

    private struct Token: Decodable {
        var accessToken: String
        var expiresAt: String
    }

    private struct Answer: Decodable {
        var roleCredentials: Key

        struct Key: Decodable {
            var accessKeyId: String
            var secretAccessKey: String
            var sessionToken: String?
            /// In milliseconds since 1970.
            var expiration: Double?
        }
    }

    func credentials() async throws -> S3Credentials? {
        guard let bytes = FileManager.default.contents(atPath: tokenFile),
            let token = try? JSONDecoder().decode(Token.self, from: bytes),
            let end = Date(fromAmazon: token.expiresAt), end > Date()
        else {
            throw DestinationError.credentialUnavailable(
                destination: destination,
                CredentialUnavailable(
                    "the single sign-on of the profile \"\(profile)\" has expired or does not "
                        + "exist: run aws sso login as the user of the worker"))
        }
        let query = [("role_name", role), ("account_id", account)]
            .map { "\($0)=\($1.uriEncoded())" }.joined(separator: "&")
        let start = portal.hasSuffix("/") ? String(portal.dropLast()) : portal
        let request = S3KeyRequest(
            destination: destination, operation: "GetRoleCredentials",
            url: "\(start)/federation/credentials?\(query)",
            headers: [("x-amz-sso_bearer_token", token.accessToken)])
        let key = try await request.send(as: Answer.self).roleCredentials
        return S3Credentials(
            accessKeyID: key.accessKeyId, secretAccessKey: key.secretAccessKey,
            sessionToken: key.sessionToken,
            expiration: key.expiration.map { Date(timeIntervalSince1970: $0 / 1000) })
    }
}
