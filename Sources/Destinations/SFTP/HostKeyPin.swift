internal import Crypto
internal import Foundation

/// The pinned host key of a server in its destination's settings.
enum HostKeyPin: Sendable, Equatable {
    /// The SHA-256 of a key of any type.
    case fingerprint([UInt8])
    case key([UInt8])

    /// All key types. A server shows the first one that it has.
    private static let types = [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "ssh-rsa",
    ]

    /// - Parameter text: `SHA256:…`, or a line with it, as printed by `ssh-keygen -lf`; or a public
    ///   key's line, `ssh-ed25519 AAAA…`.
    /// - Returns: Nil for anything else.
    init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        if let word = words.first(where: { $0.hasPrefix("SHA256:") }) {
            let digits = word.dropFirst("SHA256:".count).filter { $0 != "=" }
            guard let hash = Data(base64Encoded: digits + "="), hash.count == 32 else { return nil }
            self = .fingerprint(Array(hash))
            return
        }
        guard words.count >= 2, let key = Data(base64Encoded: words[1]),
            let type = Self.type(of: Array(key)), type == words[0], Self.types.contains(type)
        else { return nil }
        self = .key(Array(key))
    }

    func matches(_ key: [UInt8]) -> Bool {
        switch self {
        case .fingerprint(let hash): Array(SHA256.hash(data: key)) == hash
        case .key(let pinned): pinned == key
        }
    }

    /// The key types to request, in order of preference.
    var types: [String] {
        guard case .key(let key) = self, let type = Self.type(of: key) else { return Self.types }
        return [type] + Self.types.filter { $0 != type }
    }

    /// Whether it is known to be an RSA key.
    var isRSA: Bool {
        if case .key(let key) = self { Self.type(of: key) == "ssh-rsa" } else { false }
    }

    /// Whether a server that showed another key may still have the pinned one, of another type.
    var isOfUnknownType: Bool {
        if case .fingerprint = self { true } else { false }
    }

    /// The signature algorithms for keys of these types, for SSH's negotiation. An RSA key signs
    /// with SHA-2: the algorithm `ssh-rsa` is that with SHA-1.
    static func algorithms(_ types: [String]) -> String {
        types.map { $0 == "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256" : $0 }.joined(separator: ",")
    }

    /// The type that a key in SSH's wire format begins with.
    static func type(of key: [UInt8]) -> String? {
        guard key.count > 4 else { return nil }
        let count = key[..<4].reduce(0) { $0 << 8 | Int($1) }
        guard key.count > 4 + count else { return nil }
        return String(bytes: key[4..<4 + count], encoding: .ascii)
    }

    /// `SHA256:…`, as printed by `ssh-keygen -lf`.
    static func fingerprint(of key: [UInt8]) -> String {
        text(Array(SHA256.hash(data: key)))
    }

    private static func text(_ hash: [UInt8]) -> String {
        "SHA256:" + Data(hash).base64EncodedString().filter { $0 != "=" }
    }
}

extension HostKeyPin: CustomStringConvertible {
    var description: String {
        switch self {
        case .fingerprint(let hash): Self.text(hash)
        case .key(let key): Self.fingerprint(of: key)
        }
    }
}
