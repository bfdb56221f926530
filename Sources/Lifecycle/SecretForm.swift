/// Recognizes secrets by their form.
///
/// The rule of the SQL function `secret_in`, by which the queue rejects commands; a test compares
/// the two. It is needed here for values that are shown before anything is sent.
public enum SecretForm {
    /// The names of settings that are secrets, in lower case and with `_` for `-`.
    public static let keys: Set<String> = [
        "access_token", "api_key", "apikey", "auth_token", "authorization", "client_secret",
        "passphrase", "passwd", "password", "private_key", "proxy_authorization", "pwd", "secret",
        "secret_access_key", "secret_key", "session_token", "token", "x_api_key",
    ]

    /// Whether a text looks like a secret: a private key, a URL or a connection string with a
    /// password, or the value of a key that is named like a secret, unless it is a reference.
    ///
    /// - Parameter path: The keys that lead to it, the nearest last; a text in a list belongs to
    ///   the key of the list.
    public static func isSecret(_ text: String, under path: [String] = []) -> Bool {
        if isPrivateKey(text) { return true }
        if path.contains(where: isNamedSecret), !text.hasPrefix("env:"), !text.hasPrefix("file:") {
            return !text.isEmpty
        }
        return isURLWithPassword(text) || isConnectionString(text, path.last)
    }

    public static func isPrivateKey(_ text: String) -> Bool {
        text.utf8.contains(UInt8(ascii: "-"))
            && has(text, #/-----BEGIN [A-Z0-9 ]*PRIVATE KEY|PGP PRIVATE KEY BLOCK/#)
    }

    private static func isNamedSecret(_ key: String) -> Bool {
        keys.contains(String(key.lowercased().map { $0 == "-" ? "_" : $0 }))
    }

    private static func isURLWithPassword(_ text: String) -> Bool {
        if !text.utf8.contains(UInt8(ascii: ":")) { return false }
        return has(text, #/[A-Za-z][A-Za-z0-9+.\-]*://[^\s/?#@]*:[^\s/?#@]+@/#)
            || has(text, #/(?i)://\S*[?&](?:ssl)?password=[^&\s]/#)
    }

    private static func isConnectionString(_ text: String, _ key: String?) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "=")),
            has(text, #/(?i)(?:^|\s)(?:ssl)?password\s*=\s*\S/#)
        else { return false }
        if let key = key?.lowercased(), ["connection", "credential"].contains(key) { return true }
        return has(text, #/(?i)(?:^|\s)(?:host|hostaddr|port|dbname|user|service)\s*=/#)
    }

    /// By Unicode scalars: a combining mark after a colon hides nothing.
    private static func has(_ text: String, _ form: Regex<Substring>) -> Bool {
        text.contains(form.matchingSemantics(.unicodeScalar))
    }
}
