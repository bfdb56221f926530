/// Why a command was rejected. A rejected command changes nothing.
public struct Rejection: Error, Hashable, Codable, Sendable {
    public let code: RejectionCode
    /// Names the object and the rule; safe to show.
    public let message: String
    /// The hint.
    public let hint: String

    public init(_ code: RejectionCode, _ message: String, hint: String) {
        self.code = code
        self.message = message
        self.hint = hint
    }
}
