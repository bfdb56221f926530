import Foundation

/// Writes what happens as one JSON object per line.
///
/// Characters that could steer a terminal or mislead its reader are written as `\uXXXX`, which
/// is the same text to a program.
public enum JSONLines {
    /// `{"type":"event","cursor":…,"epoch":…,"id":…}`
    public static func event(_ item: FeedEvent) -> String {
        let event = item.event
        let fields: [(String, String)] = [
            ("type", string("event")),
            ("cursor", string(item.cursor.description)),
            ("epoch", String(item.cursor.epoch.number)),
            ("id", String(event.id)),
            ("at", string(timestamp(event.at))),
            ("environment", string(event.environment)),
            ("event", string(event.event)),
            ("object_kind", string(event.objectKind)),
            ("object_id", event.objectID.map(String.init) ?? "null"),
            ("object_name", event.objectName.map(string) ?? "null"),
            ("run_id", event.runID.map(String.init) ?? "null"),
            ("command_id", event.commandID.map(String.init) ?? "null"),
            ("actor", string(event.actor)),
            ("login", string(event.login)),
            ("details", event.details.map(shielded) ?? "null"),
        ]
        return "{" + fields.map { "\(string($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }

    /// `{"type":"resync","cursor":…,"epoch":…,"message":…}`
    public static func resync(_ resync: Resync) -> String {
        "{\"type\":\"resync\",\"cursor\":\(string(resync.cursor.description)),"
            + "\"epoch\":\(resync.epoch.number),\"message\":\(string(Resync.message))}"
    }

    /// JSON text of the server on one line, with dangerous characters escaped.
    public static func shielded(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: Display.isUnsafe) else { return json }
        var result = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            if !Display.isUnsafe(scalar) {
                result.append(scalar)
            } else if scalar.value >= 0x20 {
                for unit in UTF16.encode(scalar) ?? .init() {
                    result.append(contentsOf: escape(unit).unicodeScalars)
                }
            }
            // Below 0x20 it is white space between values: within strings JSON forbids it.
        }
        return String(result)
    }

    /// A JSON string.
    public static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if Display.isUnsafe(scalar) {
                    for unit in UTF16.encode(scalar) ?? .init() { result += escape(unit) }
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    /// `2026-01-31T12:03:44.500000Z`
    static func timestamp(_ date: Date) -> String {
        let micros = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
        let day = micros.flooredQuotient(by: 86_400_000_000)
        let second = (micros - day * 86_400_000_000) / 1_000_000
        let date = civil(day)
        return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2)
            + "T" + padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":"
            + padded(second % 60, 2) + "."
            + padded(micros - micros.flooredQuotient(by: 1_000_000) * 1_000_000, 6) + "Z"
    }

    /// The date so many days after 1970-01-01, in the Gregorian calendar. Foundation's formatters
    /// take longer for it than all else that is done with an event.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Years that begin in March have their leap day at the end.
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isNextYear = month >= 10
        return (
            era * 400 + yearOfEra + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension Int64 {
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
