internal import Foundation

/// Names of time zones that may have been meant by others.
enum SimilarTimeZones {
    /// Up to three names that may have been meant, closest first.
    static func names(to name: String) -> [String] {
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
