/// Why a text is not a schedule.
public struct InvalidSchedule: Error, Hashable, Sendable {
    public enum Part: Hashable, Sendable {
        case expression, timeZone
    }

    public let part: Part
    /// The message, naming the field and the rule. May contain the unescaped input.
    public let message: String
    /// The way out.
    public let hint: String

    init(_ part: Part, _ message: String, hint: String) {
        self.part = part
        self.message = message
        self.hint = hint
    }

    static func expression(_ message: String, hint: String? = nil) -> InvalidSchedule {
        InvalidSchedule(
            .expression, message,
            hint: hint
                ?? "fields: minute hour day-of-month month day-of-week; for example "
                + "30 2 * * 1-5, half past two from Monday to Friday")
    }
}
