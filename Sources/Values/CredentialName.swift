/// The name of a credential. Commands, events and tables contain nothing else of it.
///
/// Its secret, and where that may be sent, is configured at the workers.
public enum CredentialName {
    public static let charactersMax = 63

    /// The form of a name, for messages.
    public static let rule =
        "1 to \(charactersMax) lower-case letters, digits, \"_\", \"-\" and \".\", the first a "
        + "letter or a digit"

    public static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, isAlphanumeric(first) else { return false }
        return text.utf8.count <= charactersMax
            && text.utf8.allSatisfy { isAlphanumeric($0) || "_-.".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }
}
