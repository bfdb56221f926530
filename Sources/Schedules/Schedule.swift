import Foundation
import Values

/// A cron expression in a time zone.
///
/// Moments are whole minutes, in seconds since 1970 UTC. A time of the day that does not exist,
/// when clocks go forward, moves to the next existing minute; one that occurs twice fires once, the
/// first time. Only a schedule that runs in every hour follows elapsed hours: it fires in both
/// hours of the same name, and not in the skipped one.
public struct Schedule: Hashable, Sendable {
    /// As it was written, with single spaces.
    public let text: String
    /// Its name in the IANA database.
    public let timeZone: String
    private let expression: CronExpression
    private let zone: TimeZone

    /// - Throws: ``InvalidSchedule``.
    public init(_ text: String, timeZone: String) throws(InvalidSchedule) {
        self.text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        expression = try CronExpression(text)
        zone = try TimeZoneName.zone(timeZone)
        self.timeZone = timeZone
    }

    /// All moments later than this one, in order.
    public func times(after moment: Int64) -> Times { Times(of: self, after: moment) }

    /// Moments are in order and unique, whatever the clock does.
    public struct Times: Sequence, IteratorProtocol {
        private let schedule: Schedule
        private var last: Int64
        private var day: Int
        private var found: ArraySlice<Int64> = []

        init(of schedule: Schedule, after moment: Int64) {
            self.schedule = schedule
            last = moment
            let local = moment + schedule.zone.offset(at: moment)
            // A time that does not exist on one day may exist on the next.
            day = CivilDay.number(of: local) - 1
        }

        public mutating func next() -> Int64? {
            // The calendar repeats itself after 400 years.
            let end = day + 400 * 366
            while day < end {
                while let moment = found.popFirst() {
                    if moment > last {
                        last = moment
                        return moment
                    }
                }
                found = schedule.moments(on: CivilDay(day))[...]
                day += 1
            }
            return nil
        }
    }

    private func moments(on day: CivilDay) -> [Int64] {
        guard expression.matches(day) else { return [] }
        let clock = LocalDay(day, in: zone)
        let minutes = expression.minutes.numbers
        var moments: [Int64] = []
        for hour in expression.hours.numbers {
            for minute in minutes {
                let local = day.start + Int64(hour * 3600 + minute * 60)
                if expression.isEveryHour {
                    moments += clock.moments(of: local)
                } else if let moment = clock.moment(of: local) {
                    moments.append(moment)
                }
            }
        }
        return moments.sorted()
    }

    /// A moment in local time: `2026-03-29T03:00:00+02:00`.
    public func shown(_ moment: Int64) -> String {
        let offset = zone.offset(at: moment)
        let local = moment + offset
        let day = CivilDay(CivilDay.number(of: local))
        let second = local - day.start
        let minutes = abs(offset) / 60
        return "\(day.year)-\(two(day.month))-\(two(day.day))"
            + "T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
            + (offset < 0 ? "-" : "+") + "\(two(minutes / 60)):\(two(minutes % 60))"
    }
}

private func two(_ number: some BinaryInteger) -> String { (number < 10 ? "0" : "") + "\(number)" }
