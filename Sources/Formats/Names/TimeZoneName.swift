internal import Foundation

/// Time zones by the names that people know: those of the IANA database, `Area/City`, and `UTC`.
enum TimeZoneName {
    /// - Returns: Nil where there is no such zone. Names are compared exactly.
    static func zone(_ name: String) -> TimeZone? {
        if name == "UTC" { return .gmt }
        // Foundation also knows `EST` and `GMT+5`, which have no daylight saving time.
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

    /// Up to three names that may have been meant, closest first.
    static func similar(to name: String) -> [String] {
        let wanted = Array(name.lowercased().prefix(40))
        func city(_ zone: some StringProtocol) -> Substring {
            Substring(zone.lowercased().split(separator: "/").last ?? "")
        }
        let wantedCity = city(name)
        let scored = (TimeZone.knownTimeZoneIdentifiers + ["UTC"]).compactMap { known in
            let isCity = !wantedCity.isEmpty && city(known) == wantedCity
            let distance = isCity ? 0 : distance(wanted, Array(known.lowercased()))
            return distance <= 3 ? (distance: distance, name: known) : nil
        }
        return scored.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(3).map(\.name)
    }

    /// How many characters have to be put in, taken out or changed.
    private static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var row = Array(0...second.count)
        for (index, character) in first.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in second.enumerated() {
                let change = diagonal + (character == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, diagonal + 1, row[column] + 1)
            }
        }
        return row[second.count]
    }
}
