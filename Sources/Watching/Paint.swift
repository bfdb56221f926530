/// The colours of a terminal that Ferry uses, by their codes.
public enum Paint: String, Sendable {
    case bold = "1"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"

    /// The colour of a state of a run, a command, a data export or a worker; nil for most.
    public init?(state: String) {
        switch state {
        case "running", "publishing": self = .cyan
        case "succeeded", "applied", "active", "alive", "done": self = .green
        case "failed", "rejected": self = .red
        case "retrying", "stopping", "stopped", "canceled", "expired", "active with draft":
            self = .yellow
        default: return nil
        }
    }

    /// The text in this colour; following text is not coloured.
    public func callAsFunction(_ text: String) -> String {
        "\u{1b}[\(rawValue)m\(text)\u{1b}[0m"
    }
}
