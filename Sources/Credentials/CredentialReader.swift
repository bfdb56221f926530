internal import Foundation
import Values
internal import Yams

/// Reads the value of one credential: a text that is recognized by its form, or a mapping with a
/// `kind`.
struct CredentialReader {
    /// The longest text of a value.
    static let bytesMax = 64 << 10

    /// - Throws: ``CredentialProblem``, which does not repeat the value.
    static func credential(_ text: String) throws(CredentialProblem) -> Credential {
        if let simple = try simple(text) { return simple }
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            // The parser's message would show the text.
            throw CredentialProblem(unknownForm)
        }
        guard case .mapping(let mapping)? = node else { throw CredentialProblem(unknownForm) }
        return try CredentialReader(mapping).credential()
    }

    static func credential(_ node: Node) throws(CredentialProblem) -> Credential {
        switch node {
        case .mapping(let mapping): return try CredentialReader(mapping).credential()
        case .scalar(let scalar):
            if let simple = try simple(scalar.string) { return simple }
            throw CredentialProblem(unknownForm)
        default: throw CredentialProblem(unknownForm)
        }
    }

    private static let unknownForm =
        "it must be a connection string (postgresql://…), a URL (https://…), a PGP public key, "
        + "or a mapping with \"kind\": "
        + CredentialKind.allCases.map(\.rawValue).joined(separator: ", ")

    /// - Returns: Nil if the form of the text does not determine the kind.
    private static func simple(_ whole: String) throws(CredentialProblem) -> Credential? {
        guard whole.utf8.count <= bytesMax else {
            throw CredentialProblem("it is larger than \(bytesMax) bytes")
        }
        let text = whole.trimmingCharacters(in: .whitespacesAndNewlines)
        let start = text.prefix(16).lowercased()
        if start.hasPrefix("postgresql://") || start.hasPrefix("postgres://")
            || text.prefixMatch(of: /[a-z_]+\s*=/) != nil
        {
            return .postgres(connection: text)
        }
        if start.hasPrefix("https://") || start.hasPrefix("http://") {
            return .webhook(WebhookAccess(url: try url(text)))
        }
        if text.hasPrefix("-----BEGIN PGP ") { return .pgp(publicKey: text) }
        return nil
    }

    private let mapping: [String: Node]
    private let isPlain: Bool

    private init(_ mapping: Node.Mapping) {
        var members: [String: Node] = [:]
        var isPlain = true
        for (key, value) in mapping {
            guard let name = key.scalar?.string, members[name] == nil else {
                isPlain = false
                continue
            }
            members[name] = value
        }
        self.mapping = members
        self.isPlain = isPlain
    }

    private func credential() throws(CredentialProblem) -> Credential {
        guard isPlain else { throw CredentialProblem("its keys must be unique texts") }
        guard let kind = CredentialKind(rawValue: try required("kind")) else {
            throw CredentialProblem(
                "\"kind\" must be one of "
                    + CredentialKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        switch kind {
        case .postgres:
            try allow(["connection"], of: kind)
            return .postgres(connection: try required("connection"))
        case .s3: return .s3(try s3())
        case .sftp: return .sftp(try sftp())
        case .webhook: return .webhook(try webhook())
        case .pgp:
            try allow(["public_key"], of: kind)
            return .pgp(publicKey: try required("public_key"))
        }
    }

    private func s3() throws(CredentialProblem) -> S3Access {
        try allow(
            ["endpoint", "access_key_id", "secret_access_key", "session_token", "ca_file"], of: .s3)
        let id = try optional("access_key_id")
        let secret = try optional("secret_access_key")
        let token = try optional("session_token")
        guard (id == nil) == (secret == nil), id != nil || token == nil else {
            throw CredentialProblem(
                "access_key_id and secret_access_key require each other, and session_token "
                    + "requires both; without them the worker's own AWS credentials are used")
        }
        let caFile = try optional("ca_file")
        if let caFile, !caFile.hasPrefix("/") {
            throw CredentialProblem("\"ca_file\" must be the absolute path of a PEM file")
        }
        var keys: S3Access.Keys?
        if let id, let secret {
            keys = S3Access.Keys(id: id, secret: secret, sessionToken: token)
        }
        return S3Access(endpoint: try endpoint(), keys: keys, caFile: caFile)
    }

    private func endpoint() throws(CredentialProblem) -> PlacePattern? {
        guard var text = try optional("endpoint")?.lowercased() else { return nil }
        if text.hasSuffix("/") { text.removeLast() }
        let address =
            #/(https?://(?:\[[0-9a-f:.]+\]|[a-z0-9.*\-]+))(:(?:[0-9]+|\*))?((?:/[a-z0-9_~.\-]+)*)/#
        guard let parts = text.wholeMatch(of: address)?.output else {
            throw CredentialProblem(
                "\"endpoint\" must be https:// or http://, a host and perhaps a port and a path, "
                    + "such as https://minio.example:9000; * matches a part of the host")
        }
        let usual = parts.1.hasPrefix("https://") ? ":443" : ":80"
        text = "\(parts.1)\(parts.2.flatMap { $0 == usual ? nil : $0 } ?? "")\(parts.3)"
        return PlacePattern(text)
    }

    private func sftp() throws(CredentialProblem) -> SFTPAccess {
        try allow(["host", "password", "private_key", "passphrase"], of: .sftp)
        let host = PlacePattern(try required("host"))
        let password = try optional("password")
        let privateKey = try optional("private_key")
        let passphrase = try optional("passphrase")
        switch (password, privateKey) {
        case (let password?, nil) where passphrase == nil:
            return SFTPAccess(host: host, login: .password(password))
        case (nil, let privateKey?):
            return SFTPAccess(host: host, login: .privateKey(privateKey, passphrase: passphrase))
        default:
            throw CredentialProblem(
                "it must have either \"password\" or \"private_key\"; \"passphrase\" requires a "
                    + "private_key")
        }
    }
}

// Webhooks, and the values of keys.
extension CredentialReader {
    private func webhook() throws(CredentialProblem) -> WebhookAccess {
        try allow(["url", "key", "headers"], of: .webhook)
        var headers: [String: String] = [:]
        if let node = mapping["headers"] {
            guard let members = node.mapping, members.count <= 20 else {
                throw CredentialProblem(
                    "\"headers\" must be a mapping of at most 20 names to texts")
            }
            for (name, value) in members {
                let lower = name.string?.lowercased() ?? ""
                guard Self.isFieldName(lower), !Self.isOurs(lower), headers[lower] == nil else {
                    throw CredentialProblem(
                        "\"headers\" has a name that cannot be set: a name has letters, digits "
                            + "and hyphens and is given once; those of HTTP itself and webhook-… "
                            + "are Ferry's")
                }
                guard let text = value.scalar?.string,
                    text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
                else {
                    throw CredentialProblem(
                        "header \"\(lower)\" must be a text without control characters")
                }
                headers[lower] = text
            }
        }
        return WebhookAccess(
            url: try Self.url(try required("url")), key: try optional("key"), headers: headers)
    }

    private static func url(_ text: String) throws(CredentialProblem) -> String {
        let parts = URLComponents(string: text)
        guard let parts, ["https", "http"].contains(parts.scheme?.lowercased()),
            parts.host?.isEmpty == false, text.utf8.allSatisfy({ 0x21...0x7e ~= $0 })
        else {
            throw CredentialProblem(
                "its URL must be https://… or http://…, other characters percent-encoded")
        }
        return text
    }

    private static func isFieldName(_ name: String) -> Bool {
        name.wholeMatch(of: /[a-z0-9\-]+/) != nil
    }

    private static func isOurs(_ name: String) -> Bool {
        name.hasPrefix("webhook-")
            || [
                "connection", "content-length", "content-type", "expect", "host", "te",
                "trailer", "transfer-encoding", "upgrade", "user-agent",
            ].contains(name)
    }

    private func allow(_ keys: [String], of kind: CredentialKind) throws(CredentialProblem) {
        for key in mapping.keys.sorted() where key != "kind" && !keys.contains(key) {
            throw CredentialProblem(
                "a credential of kind \(kind.rawValue) has no \"\(shown(key))\", but "
                    + keys.joined(separator: ", "))
        }
    }

    private func required(_ key: String) throws(CredentialProblem) -> String {
        if let text = try optional(key) { return text }
        throw CredentialProblem("\"\(key)\" is missing")
    }

    /// The text of a key; nil if absent.
    private func optional(_ key: String) throws(CredentialProblem) -> String? {
        guard let node = mapping[key] else { return nil }
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty,
            scalar.string.utf8.count <= Self.bytesMax
        else {
            throw CredentialProblem(
                "\"\(key)\" must be a text of 1 to \(Self.bytesMax) bytes")
        }
        return scalar.string
    }
}
