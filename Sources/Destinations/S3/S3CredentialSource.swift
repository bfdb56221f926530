internal import Credentials
internal import Foundation

/// Where an access key comes from: the credential that the destination names, or the worker's
/// surroundings, in the order of Amazon's own tools.
struct S3CredentialSource: Sendable {
    let destination: String
    let settings: S3Settings
    let credentials: WorkerCredentials
    var environment: @Sendable () -> [String: String] = { ProcessInfo.processInfo.environment }

    /// - Throws: ``DestinationError`` when there is none, or it is not for the settings' endpoint.
    func key() async throws -> S3Credentials {
        guard let name = settings.credential else {
            guard address.isAmazons else {
                throw unavailable(
                    "the worker's own AWS credentials are used for Amazon's endpoints only, not "
                        + "for \(address): name a credential of kind s3 with this endpoint in the "
                        + "setting \"credential\"")
            }
            return try await ambient()
        }
        let access: S3Access
        do throws(CredentialUnavailable) {
            access = try await credentials.s3(name)
        } catch {
            throw DestinationError.credentialUnavailable(destination: destination, error)
        }
        // One without a path is for all of its host.
        let isAllowed =
            access.endpoint.map { $0.matches(address.origin) || $0.matches(address.description) }
            ?? address.isAmazons
        guard isAllowed else {
            throw DestinationError.credentialUnavailable(
                destination: destination,
                .misplaced(
                    name, at: address.description,
                    allowed: access.endpoint?.description ?? "Amazon's endpoints"))
        }
        var found =
            if let keys = access.keys {
                S3Credentials(
                    accessKeyID: keys.id, secretAccessKey: keys.secret,
                    sessionToken: keys.sessionToken)
            } else {
                try await ambient()
            }
        found.caFile = access.caFile
        return found
    }

    private var address: S3Endpoint { settings.endpoint ?? S3Endpoint(region: settings.region) }

    private func unavailable(_ reason: String) -> DestinationError {
        .credentialUnavailable(destination: destination, CredentialUnavailable(reason))
    }

    /// The access key of the worker's surroundings.
    private func ambient() async throws -> S3Credentials {
        let environment = environment().filter { !$0.value.isEmpty }
        if let id = environment["AWS_ACCESS_KEY_ID"],
            let secret = environment["AWS_SECRET_ACCESS_KEY"]
        {
            return S3Credentials(
                accessKeyID: id, secretAccessKey: secret,
                sessionToken: environment["AWS_SESSION_TOKEN"])
        }
        if let shared = SharedCredentialsFile(environment).credentials() { return shared }
        if let identity = S3WebIdentity(
            destination: destination, region: settings.region, environment: environment)
        {
            return try await identity.credentials()
        }
        throw unavailable(
            "there is no access key: name a credential of kind s3 in the setting \"credential\"; "
                + "without one the worker looks in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in "
                + "its shared credentials file and for AWS_WEB_IDENTITY_TOKEN_FILE")
    }
}

/// The file that Amazon's own tools keep access keys in.
struct SharedCredentialsFile {
    let path: String
    let profile: String

    init(_ environment: [String: String]) {
        path =
            environment["AWS_SHARED_CREDENTIALS_FILE"]
            ?? (environment["HOME"] ?? "") + "/.aws/credentials"
        profile = environment["AWS_PROFILE"] ?? "default"
    }

    /// The access key of the profile; nil when the file, the profile or the key is not there.
    func credentials() -> S3Credentials? {
        guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
        var section = ""
        var values: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("#") || text.hasPrefix(";") { continue }
            if text.hasPrefix("["), text.hasSuffix("]") {
                section = text.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
            } else if section == profile, let sign = text.firstIndex(of: "=") {
                let name = text[..<sign].trimmingCharacters(in: .whitespaces).lowercased()
                values[name] = text[text.index(after: sign)...]
                    .trimmingCharacters(in: .whitespaces)
            }
        }
        guard let id = values["aws_access_key_id"], !id.isEmpty,
            let secret = values["aws_secret_access_key"], !secret.isEmpty
        else { return nil }
        return S3Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: values["aws_session_token"])
    }
}
