import Foundation

/// Writes what happens as one JSON object per line.
///
/// Characters that could steer a terminal or mislead its reader are written as `\uXXXX`, which
/// is the same text to a program.
public enum JSONLines {
    /// `{"type":"event","cursor":…,"id":…}`
    public static func event(_ item: FeedEvent) -> String {
        let event = item.event
        let fields: [(String, String)] = [
            ("type", string("event")),
            ("cursor", string(item.cursor.description)),
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
            ("details", event.details.map(shielded) ?? "null"),
        ]
        return "{" + fields.map { "\(string($0.0)):\($0.1)" }.joined(separator: ",") + "}"
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
        let (seconds, fraction) = micros.quotientAndRemainder(dividingBy: 1_000_000)
        let whole = Date(timeIntervalSince1970: Double(fraction < 0 ? seconds - 1 : seconds))
        let digits = String(fraction < 0 ? fraction + 1_000_000 : fraction)
        let padded = String(repeating: "0", count: 6 - digits.count) + digits
        let text = ISO8601DateFormatter().string(from: whole)
        return text.dropLast() + ".\(padded)Z"
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
