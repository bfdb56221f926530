import Foundation

/// The names of the IANA time zone database.
public enum TimeZoneName {
    /// Names in use: one or more of each place, but not every alias.
    public static var known: [String] {
        TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") } + ["UTC"]
    }

    /// - Throws: ``InvalidSchedule``.
    static func zone(_ name: String) throws(InvalidSchedule) -> TimeZone {
        // Foundation also takes offsets, `GMT+2`, and abbreviations, which say nothing of summer.
        if name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) {
            return zone
        }
        throw InvalidSchedule(
            .timeZone, "there is no time zone \"\(name)\"",
            hint: "write a name of the IANA database, for example Europe/Berlin or UTC")
    }
}
