import Values

/// The moments of a schedule that have come and that nothing has happened for yet.
public struct DueTimes: Hashable, Sendable {
    public let latest: Int64
    /// How many there are, ``latest`` among them; counted no further than ``countMax``.
    public let count: Int

    /// Someone who comes back to a schedule of every minute after a year need not wait for the sum.
    public static let countMax = 10_000
}

extension Schedule {
    /// The moments from one that was awaited until now; nil when there are none.
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

    /// The last moment until now, looked for further and further back.
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
