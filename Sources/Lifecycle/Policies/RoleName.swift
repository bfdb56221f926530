/// The name of a database role.
///
/// Names are equal when their bytes are: PostgreSQL has two roles where two names are one text to
/// Unicode, such as "é" as one character and as "e" with an accent.
public struct RoleName: Hashable, Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }

    public static func == (first: Self, second: Self) -> Bool {
        first.text.utf8.elementsEqual(second.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
