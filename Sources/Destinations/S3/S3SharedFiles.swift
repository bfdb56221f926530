internal import Credentials
internal import Foundation

/// The profile of a worker in the files of Amazon's own tools in `~/.aws`.
struct S3SharedFiles: Sendable {
    let profile: String
    /// Whether `AWS_PROFILE` names the profile.
    let isNamed: Bool
    /// The folder of Amazon's own tools.
    let folder: String
    /// The values of the profile in both files, the credentials file first; nil if neither has it.
    let settings: [String: String]?
    private let config: [String: [String: String]]

    init(_ environment: [String: String]) {
        profile = environment["AWS_PROFILE"] ?? "default"
        isNamed = environment["AWS_PROFILE"] != nil
        folder = (environment["HOME"] ?? "") + "/.aws"
        let keys = Self.sections(
            of: environment["AWS_SHARED_CREDENTIALS_FILE"] ?? folder + "/credentials")
        config = Self.sections(of: environment["AWS_CONFIG_FILE"] ?? folder + "/config")
        let more =
            config["profile \(profile)"] ?? (profile == "default" ? config["default"] : nil)
        settings =
            keys[profile] == nil && more == nil
            ? nil : (keys[profile] ?? [:]).merging(more ?? [:]) { first, _ in first }
    }

    /// The configuration of a shared single sign-on session.
    func session(_ name: String) -> [String: String]? { config["sso-session \(name)"] }

    /// The keys and values of each section; empty if the file cannot be read.
    private static func sections(of path: String) -> [String: [String: String]] {
        guard let bytes = FileManager.default.contents(atPath: path) else { return [:] }
        var sections: [String: [String: String]] = [:]
        var section = ""
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("#") || text.hasPrefix(";") { continue }
            if text.hasPrefix("["), text.hasSuffix("]") {
                section = text.dropFirst().dropLast().replacing("\"", with: "")
                    .split(whereSeparator: \.isWhitespace).joined(separator: " ")
                if sections[section] == nil { sections[section] = [:] }
            } else if let sign = text.firstIndex(of: "=") {
                let name = text[..<sign].trimmingCharacters(in: .whitespaces).lowercased()
                sections[section, default: [:]][name] = text[text.index(after: sign)...]
                    .trimmingCharacters(in: .whitespaces)
            }
        }
        return sections
    }
}

/// An access key in the worker's profile.
struct S3ProfileKey: S3KeyProvider {
    let destination: String
    let files: S3SharedFiles

    func credentials() throws -> S3Credentials? {
        guard let settings = files.settings else {
            guard files.isNamed else { return nil }
            throw unavailable(
                "the profile \"\(files.profile)\" of AWS_PROFILE is missing in the worker's AWS "
                    + "credentials and configuration files")
        }
        if let id = settings["aws_access_key_id"], !id.isEmpty,
            let secret = settings["aws_secret_access_key"], !secret.isEmpty
        {
            return S3Credentials(
                accessKeyID: id, secretAccessKey: secret,
                sessionToken: settings["aws_session_token"])
        }
        // Do not use another key than the requested one.
        for other in ["role_arn", "credential_process"]
        where files.isNamed && settings[other] != nil {
            throw unavailable(
                "Ferry does not support \(other), which the profile \"\(files.profile)\" of "
                    + "AWS_PROFILE uses: give the worker an access key, a single sign-on or a web "
                    + "identity")
        }
        return nil
    }

    private func unavailable(_ reason: String) -> DestinationError {
        .credentialUnavailable(destination: destination, CredentialUnavailable(reason))
    }
}
