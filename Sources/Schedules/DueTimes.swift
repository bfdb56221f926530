import Values

/// The due times of a schedule that were not handled yet.
public struct DueTimes: Hashable, Sendable {
    public let latest: Int64
    /// Their number, including ``latest``; at most ``countMax``.
    public let count: Int

    /// Limits the count for a schedule of every minute that was not handled for a year.
    public static let countMax = 10_000
}

extension Schedule {
    /// The times from the expected one until now; nil if there are none.
    public func due(from awaited: Int64, until now: Int64) -> DueTimes? {
        var count = 0
        var latest: Int64?
        for moment in times(after: awaited - 1) {
            if moment > now { break }
            latest = moment
            count += 1
            if count == DueTimes.countMax { break }
        }
        guard let latest else { return nil }
        return DueTimes(
            latest: count < DueTimes.countMax ? latest : last(until: now) ?? latest, count: count)
    }

    /// The last time until now, searched with growing intervals.
    private func last(until now: Int64) -> Int64? {
        var back: Int64 = 60
        while back < 400 * 366 * CivilDay.seconds {
            var last: Int64?
            for moment in times(after: now - back) {
                if moment > now { break }
                last = moment
            }
            if let last { return last }
            back *= 2
        }
        return nil
    }
}
