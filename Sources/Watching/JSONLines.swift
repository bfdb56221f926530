import Foundation
import Values

/// Writes what happens as one JSON object per line.
///
/// Characters that could steer a terminal or mislead its reader are written as `\uXXXX`, which
/// is the same text to a program.
public enum JSONLines {
    /// `{"type":"event","cursor":…,"epoch":…,"id":…}`
    public static func event(_ item: FeedEvent) -> String {
        let event = item.event
        func number(_ id: Int64?) -> String { id.map { "\($0)" } ?? "null" }
        let fields: [(String, String)] = [
            ("type", "event".quotedAsJSON),
            ("cursor", item.cursor.description.quotedAsJSON),
            ("epoch", String(item.cursor.epoch.number)),
            ("id", String(event.id)),
            ("at", Instant(event.at).description.quotedAsJSON),
            ("environment", event.environment.quotedAsJSON),
            ("event", event.event.quotedAsJSON),
            ("object_kind", event.objectKind.quotedAsJSON),
            ("object_id", number(event.objectID)),
            ("object_name", event.objectName.map(\.quotedAsJSON) ?? "null"),
            ("run_id", number(event.runID)),
            ("command_id", number(event.commandID)),
            ("actor", event.actor.quotedAsJSON),
            ("login", event.login.quotedAsJSON),
            ("details", event.details.map(shielded) ?? "null"),
        ]
        return "{" + fields.map { "\($0.0.quotedAsJSON):\($0.1)" }.joined(separator: ",") + "}"
    }

    /// `{"type":"resync","cursor":…,"epoch":…,"message":…}`
    public static func resync(_ resync: Resync) -> String {
        "{\"type\":\"resync\",\"cursor\":\(resync.cursor.description.quotedAsJSON),"
            + "\"epoch\":\(resync.epoch.number),\"message\":\(Resync.message.quotedAsJSON)}"
    }

    /// JSON text of the server on one line, with invisible characters escaped.
    public static func shielded(_ json: String) -> String {
        if json.unicodeScalars.allSatisfy(\.isVisible) { return json }
        var result = ""
        for scalar in json.unicodeScalars {
            if scalar.isVisible {
                result.unicodeScalars.append(scalar)
            } else if scalar.value >= 0x20 {
                result += scalar.escapedAsJSON
            }
            // Below 0x20 it is white space between values: within strings JSON forbids it.
        }
        return result
    }
}
