internal import Foundation
import Values

extension TimeZoneName {
    /// - Throws: ``InvalidSchedule``.
    static func zone(_ name: String) throws(InvalidSchedule) -> TimeZone {
        if let zone = zone(named: name) { return zone }
        throw InvalidSchedule(
            .timeZone, "there is no time zone \"\(name)\"",
            hint: "write a name of the IANA database, for example Europe/Berlin or UTC")
    }
}
