public import Foundation

/// The names of the IANA time zone database.
public enum TimeZoneName {
    /// Names in use: one or more of each place, but not every alias.
    public static var known: [String] {
        TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") } + ["UTC"]
    }

    /// The zone of a name, compared exactly; nil if the database has no such name.
    public static func zone(named name: String) -> TimeZone? {
        if name == "UTC" { return .gmt }
        if let place = places[name] { return zone(named: place) }
        // Foundation also takes offsets, `GMT+2`, and abbreviations, which say nothing of summer.
        guard name.contains("/"), name.utf8.allSatisfy(isOfNames) else { return nil }
        return TimeZone(identifier: name)
    }

    private static func isOfNames(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "/"), UInt8(ascii: "_"),
            UInt8(ascii: "-"), UInt8(ascii: "+"):
            true
        default: false
        }
    }

    /// A suggestion for a mistyped name or a city: `Europe/Berlin` for `berlin`.
    public static func meant(by text: String) -> String? {
        if let name = Suggestion.closest(to: text, among: known) { return name }
        let cities = Dictionary(
            known.map { (String($0.drop { $0 != "/" }.dropFirst()), $0) }, uniquingKeysWith: min)
        return Suggestion.closest(to: text, among: cities.keys).flatMap { cities[$0] }
    }

    /// The places that the database's names without a place mean, as its release 2024b has them.
    /// Looked up here, since Foundation takes some of them for abbreviations.
    private static let places = [
        "CET": "Europe/Brussels", "CST6CDT": "America/Chicago", "Cuba": "America/Havana",
        "EET": "Europe/Athens", "EST": "America/Panama", "EST5EDT": "America/New_York",
        "Egypt": "Africa/Cairo", "Eire": "Europe/Dublin", "GB": "Europe/London",
        "GB-Eire": "Europe/London", "GMT": "UTC", "GMT+0": "UTC", "GMT-0": "UTC", "GMT0": "UTC",
        "Greenwich": "UTC", "HST": "Pacific/Honolulu", "Hongkong": "Asia/Hong_Kong",
        "Iceland": "Africa/Abidjan", "Iran": "Asia/Tehran", "Israel": "Asia/Jerusalem",
        "Jamaica": "America/Jamaica", "Japan": "Asia/Tokyo", "Kwajalein": "Pacific/Kwajalein",
        "Libya": "Africa/Tripoli", "MET": "Europe/Brussels", "MST": "America/Phoenix",
        "MST7MDT": "America/Denver", "NZ": "Pacific/Auckland", "NZ-CHAT": "Pacific/Chatham",
        "Navajo": "America/Denver", "PRC": "Asia/Shanghai", "PST8PDT": "America/Los_Angeles",
        "Poland": "Europe/Warsaw", "Portugal": "Europe/Lisbon", "ROC": "Asia/Taipei",
        "ROK": "Asia/Seoul", "Singapore": "Asia/Singapore", "Turkey": "Europe/Istanbul",
        "UCT": "UTC", "Universal": "UTC", "W-SU": "Europe/Moscow", "WET": "Europe/Lisbon",
        "Zulu": "UTC",
    ]
}
