internal import Foundation
internal import enum Lifecycle.SecretReference
internal import struct Lifecycle.SecretUnavailable

/// Where an access key comes from: the destination's settings, else the worker's surroundings, in
/// the order of Amazon's own tools.
struct S3CredentialSource: Sendable {
    let destination: String
    let keys: S3Settings.Keys?
    let region: String
    var environment: @Sendable () -> [String: String] = { ProcessInfo.processInfo.environment }

    /// - Throws: ``DestinationError`` when there is none; it names what was looked for.
    func credentials() async throws -> S3Credentials {
        if let keys { return try configured(keys) }
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
            destination: destination, region: region, environment: environment)
        {
            return try await identity.credentials()
        }
        throw DestinationError.secretUnavailable(
            destination: destination, reference: "the access key",
            reason: "the settings have no access_key_id and secret_access_key, and the worker has "
                + "none in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in its shared credentials "
                + "file or by AWS_WEB_IDENTITY_TOKEN_FILE")
    }

    private func configured(_ keys: S3Settings.Keys) throws(DestinationError) -> S3Credentials {
        do {
            return S3Credentials(
                accessKeyID: try keys.accessKeyID.resolve(),
                secretAccessKey: try keys.secretAccessKey.resolve(),
                sessionToken: try keys.sessionToken?.resolve())
        } catch {
            throw .secretUnavailable(
                destination: destination, reference: error.reference, reason: error.reason)
        }
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
