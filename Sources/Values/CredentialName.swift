/// The name of a credential, which is all that commands, events and tables hold of it.
///
/// What it stands for, and where it may go, is said by those who run the workers.
public enum CredentialName {
    public static let charactersMax = 63

    /// How a name looks, for messages.
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
