import Values

/// How one attempt to deliver a message ended.
enum AttemptOutcome: Equatable, Sendable {
    case delivered
    /// Not delivered this time.
    ///
    /// - Parameter retryAfter: How long the receiver asks to wait.
    case failed(reason: String, retryAfter: Duration? = nil)
    /// The receiver rejects the message permanently.
    case refused(reason: String)
}

/// Foreign text for a reason: escaped, at most this many characters, and without the secrets that
/// were sent.
///
/// - Parameter ending: Whether the last characters count, not the first.
func excerpt(_ text: String, without secrets: [String] = [], ending: Bool = false) -> String {
    let charactersMax = 200
    // With a combining mark after it, the last character of a secret is another one.
    var scalars = text.unicodeScalars
    // The longest first: one may be a part of another.
    for secret in secrets.sorted(by: { $0.count > $1.count }) where !secret.isEmpty {
        scalars = scalars.replacing(secret.unicodeScalars, with: "…".unicodeScalars)
    }
    let line = shown(String(scalars).split(whereSeparator: \.isNewline).joined(separator: " "))
    if line.count <= charactersMax { return line }
    return ending ? "…" + line.suffix(charactersMax) : line.prefix(charactersMax) + "…"
}
