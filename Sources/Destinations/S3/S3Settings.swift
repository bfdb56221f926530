public import Formats
public import Foundation

/// The settings of an `s3` destination, such as `{"bucket": "exports", "prefix": "crm"}`.
public struct S3Settings: Sendable, Equatable {
    public let bucket: String
    /// The prefix of all keys: empty, or plain names each followed by `/`.
    public private(set) var prefix: String
    /// Defaults to `us-east-1`.
    public let region: String
    /// The service, such as `https://minio.example:9000`, optionally with a path; nil for Amazon's
    /// endpoint of the region.
    public let endpoint: S3Endpoint?
    /// Whether the bucket is the first part of the path, not of the host name. Defaults to true
    /// with an endpoint, and for a bucket with a dot in its name, which no certificate covers.
    public let usesPathStyle: Bool
    /// The name of a credential of kind `s3`; nil for the worker's own access key, which is used
    /// only for Amazon's endpoints.
    public let credential: String?
    public let encryption: Encryption?

    /// Server-side encryption.
    public enum Encryption: Sendable, Equatable {
        case aes256
        /// With a key of the key service; nil for its default key.
        case kms(keyID: String?)
    }

    static let names = [
        "bucket", "prefix", "region", "endpoint", "path_style", "credential",
        "server_side_encryption", "kms_key_id",
    ]

    /// - Throws: ``SettingsError`` if a setting is missing, unknown or malformed.
    public init(json: Data) throws(SettingsError) {
        let reader = try SettingsReader(
            json: json, subject: "destination of kind s3", known: Self.names)
        prefix = try Self.prefix(reader)
        region = try Self.region(reader)
        endpoint = try Self.endpoint(reader)
        let isPathStyle = try reader.bool("path_style")
        bucket = try Self.bucket(
            reader, isAmazons: endpoint?.isAmazons ?? true, isInHost: isPathStyle == false)
        if isPathStyle == false, endpoint?.path.isEmpty == false {
            throw .notAllowed(
                setting: "path_style", value: "false",
                rule: "must be true for an endpoint with a path")
        }
        usesPathStyle = isPathStyle ?? (endpoint != nil || bucket.contains("."))
        credential = try reader.credential()
        encryption = try Self.encryption(reader)
    }

    /// The same with the prefix of a quarantine.
    func within(_ quarantine: Quarantine?) -> S3Settings {
        guard let quarantine else { return self }
        var settings = self
        settings.prefix += quarantine.folders.map { $0 + "/" }.joined()
        return settings
    }

    /// - Parameters:
    ///   - isAmazons: Whether the bucket is at Amazon, which has the strictest rule.
    ///   - isInHost: Whether its name is a part of the host name.
    private static func bucket(
        _ reader: SettingsReader, isAmazons: Bool, isInHost: Bool
    ) throws(SettingsError) -> String {
        let isNarrow = isAmazons || isInHost
        let rule =
            "must be the name of a bucket: "
            + (isNarrow
                ? "3 to 63 lower-case letters, digits, dots and hyphens"
                : "3 to 222 letters, digits, dots, hyphens and underscores")
            + (isInHost && !isAmazons ? " (more with \"path_style\": true)" : "")
        guard let bucket = try reader.string("bucket") else {
            throw .missing(setting: "bucket", rule: rule)
        }
        let isName =
            isNarrow
            ? bucket.wholeMatch(of: /[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]/) != nil
            : bucket.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._\-]{1,220}[A-Za-z0-9_]/) != nil
        guard isName else { throw .notAllowed(setting: "bucket", value: bucket, rule: rule) }
        return bucket
    }

    private static func prefix(_ reader: SettingsReader) throws(SettingsError) -> String {
        guard var prefix = try reader.string("prefix"), !prefix.isEmpty else { return "" }
        if prefix.hasSuffix("/") { prefix.removeLast() }
        let parts = prefix.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain =
            parts.allSatisfy { isPlainName(String($0)) } && prefix.utf8.count <= 400
            && !prefix.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard isPlain else {
            throw .notAllowed(
                setting: "prefix", value: prefix,
                rule: "must be plain names separated by \"/\", such as \"exports/crm\": no leading "
                    + "dots, no control characters, at most 400 bytes")
        }
        return prefix + "/"
    }

    private static func region(_ reader: SettingsReader) throws(SettingsError) -> String {
        guard let region = try reader.string("region") else { return "us-east-1" }
        guard region.wholeMatch(of: /[A-Za-z0-9\-]{1,64}/) != nil else {
            throw .notAllowed(
                setting: "region", value: region,
                rule: "must be the name of a region, such as \"eu-central-1\"")
        }
        return region
    }

    private static func endpoint(_ reader: SettingsReader) throws(SettingsError) -> S3Endpoint? {
        guard let text = try reader.string("endpoint") else { return nil }
        if let endpoint = S3Endpoint(text) { return endpoint }
        throw .notAllowed(
            // Anything but a plain address may contain a password.
            setting: "endpoint", value: text.utf8.contains(UInt8(ascii: "@")) ? "…" : text,
            rule: "must be an http or https address with a host and optionally a port and a path "
                + "of plain names, such as \"https://minio.example:9000\"")
    }

    private static func encryption(
        _ reader: SettingsReader
    ) throws(SettingsError) -> Encryption? {
        enum Choice: String, CaseIterable {
            case aes256 = "AES256"
            case kms = "aws:kms"
        }
        let choice = try reader.choice("server_side_encryption", of: Choice.self)
        let keyID = try reader.string("kms_key_id")
        if let keyID {
            let isPlain =
                choice == .kms && !keyID.isEmpty
                && keyID.unicodeScalars.allSatisfy {
                    $0.isASCII && $0.value > 0x20 && $0 != "\u{7F}"
                }
            guard isPlain else {
                throw .notAllowed(
                    setting: "kms_key_id", value: keyID,
                    rule: "must name a key, and requires \"server_side_encryption\": \"aws:kms\"")
            }
        }
        switch choice {
        case nil: return nil
        case .aes256: return .aes256
        case .kms: return .kms(keyID: keyID)
        }
    }
}
