import Foundation

/// The names of the IANA time zone database.
enum TimeZoneName {
    /// - Throws: ``InvalidSchedule``, with the names that are most like it.
    static func zone(_ name: String) throws(InvalidSchedule) -> TimeZone {
        // Foundation also takes offsets, `GMT+2`, and abbreviations, which say nothing of summer.
        if name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) {
            return zone
        }
        let near = like(name)
        throw InvalidSchedule(
            .timeZone, "there is no time zone \"\(name)\"",
            hint: near.isEmpty
                ? "write a name of the IANA database, for example Europe/Berlin or UTC"
                : "did you mean \(near.joined(separator: " or "))?")
    }

    /// The names that are most like it, at most three; none when nothing is like it.
    private static func like(_ name: String) -> [String] {
        let wanted = folded(name)
        if wanted.isEmpty || wanted.count > 64 { return [] }
        var nearest = max(1, wanted.count / 4)
        var found: [String] = []
        let names = Set(TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") } + ["UTC"])
        for known in names.sorted() {
            let whole = folded(known)
            // A city alone is often written.
            let city = whole.split(separator: slash).last.map(Array.init) ?? whole
            let distance = min(
                editDistance(wanted, whole, atMost: nearest),
                wanted.contains(slash) ? .max : editDistance(wanted, city, atMost: nearest))
            if distance < nearest { found = [] }
            if distance <= nearest { found.append(known) }
            nearest = min(nearest, distance)
        }
        return Array(found.prefix(3))
    }

    private static let slash = UInt8(ascii: "/")

    private static func folded(_ name: String) -> [UInt8] {
        name.lowercased().utf8.map { $0 == UInt8(ascii: " ") ? UInt8(ascii: "_") : $0 }
    }

    /// How many letters have to be changed, added, left out or swapped with the next; `.max` when
    /// they are more.
    private static func editDistance(
        _ a: [UInt8], _ b: [UInt8], atMost limit: Int
    ) -> Int {
        if abs(a.count - b.count) > limit { return .max }
        var rows = [[Int]](
            repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { rows[i][0] = i }
        for j in 0...b.count { rows[0][j] = j }
        for i in stride(from: 1, through: a.count, by: 1) {
            for j in stride(from: 1, through: b.count, by: 1) {
                let isSame = a[i - 1] == b[j - 1]
                rows[i][j] = min(
                    rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (isSame ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
                }
            }
        }
        return rows[a.count][b.count] <= limit ? rows[a.count][b.count] : .max
    }
}
