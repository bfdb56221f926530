internal import Formats
internal import Foundation

/// The settings of an SFTP destination:
///
///     {"host": "sftp.example.com", "user": "ferry", "path": "/exports",
///      "host_key": "SHA256:…", "credential": "partner"}
struct SFTPSettings: Sendable, Equatable {
    let host: String
    /// 22 by default.
    let port: Int
    let user: String
    /// The directory on the server for deliveries. Absolute, without `..`.
    let path: String
    /// A server with another key is rejected before it gets any credential.
    let hostKey: HostKeyPin
    /// The name of a credential of kind `sftp`.
    let credential: String
    /// The settings `file_mode` and `folder_mode`.
    let modes: FileModes

    /// - Throws: ``SettingsError``, which does not repeat values that should be references.
    init(json: Data) throws(SettingsError) {
        let reader = try SettingsReader(
            json: json, subject: "sftp destination",
            known: [
                "host", "port", "user", "path", "host_key", "credential",
            ] + FileModes.settings)
        host = try Self.word("host", in: reader, example: "sftp.example.com")
        user = try Self.word("user", in: reader, example: "ferry")
        port = try Self.port(json)
        path = try Self.path(reader)
        hostKey = try Self.hostKey(reader)
        credential = try reader.requiredCredential(
            "which is of kind sftp: the password or the private key")
        modes = try FileModes(reader)
    }

    /// Where it is, for messages.
    var address: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return "sftp://\(host)" + (port == 22 ? "" : ":\(port)")
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    private static func word(
        _ setting: String, in reader: SettingsReader, example: String
    ) throws(SettingsError) -> String {
        let rule =
            "must be a name without spaces, slashes or control characters, such as \"\(example)\""
        guard let text = try reader.string(setting) else {
            throw .missing(setting: setting, rule: rule)
        }
        guard !text.isEmpty, isPlain(text), !text.contains(where: { $0.isWhitespace || $0 == "/" })
        else {
            throw .notAllowed(setting: setting, value: text, rule: rule)
        }
        return text
    }

    private static func port(_ json: Data) throws(SettingsError) -> Int {
        struct Numbers: Decodable { var port: Int? }
        guard let numbers = try? JSONDecoder().decode(Numbers.self, from: json),
            case let port = numbers.port ?? 22, (1...65_535).contains(port)
        else {
            throw .wrongType(
                setting: "port", expected: "a whole number from 1 to 65535",
                actual: "something else")
        }
        return port
    }

    private static func path(_ reader: SettingsReader) throws(SettingsError) -> String {
        let rule =
            "must be an absolute path on the server without \"..\" or control characters, "
            + "such as \"/exports/crm\""
        guard let path = try reader.string("path") else {
            throw .missing(setting: "path", rule: rule)
        }
        guard path.hasPrefix("/"), isPlain(path), !path.split(separator: "/").contains("..") else {
            throw .notAllowed(setting: "path", value: path, rule: rule)
        }
        return path
    }

    private static func hostKey(_ reader: SettingsReader) throws(SettingsError) -> HostKeyPin {
        let rule =
            "must be the fingerprint of the server's host key, \"SHA256:…\" as printed by "
            + "ssh-keygen -lf on the server, or the key itself, \"ssh-ed25519 AAAA…\""
        guard let text = try reader.string("host_key") else {
            throw .missing(setting: "host_key", rule: rule)
        }
        guard let pin = HostKeyPin(text) else {
            throw .notAllowed(setting: "host_key", value: text, rule: rule)
        }
        return pin
    }
}
