internal import Foundation

/// How long a web server asks to wait: its header `Retry-After`.
enum RetryAfter {
    /// - Parameter text: Whole seconds, or a moment as HTTP writes it:
    ///   `Sat, 31 Jan 2026 12:03:44 GMT`. Nil for anything else, and for times in the past.
    static func duration(_ text: String, now: Date = Date()) -> Duration? {
        let text = text.trimmingCharacters(in: .whitespaces)
        if !text.isEmpty, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
            return Int64(text).map { .seconds(min($0, secondsMax)) }
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = format.date(from: text), date > now else { return nil }
        return .seconds(min(date.timeIntervalSince(now), Double(secondsMax)))
    }

    private static let secondsMax: Int64 = 365 * 86_400
}
