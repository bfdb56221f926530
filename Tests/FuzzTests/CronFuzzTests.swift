import Foundation
import Testing

@testable import Schedules

/// An expression, the numbers that it is to choose, and a time and a place to look from.
private struct CronCase: FuzzInput {
    var text: String
    /// Minutes, hours, days of the month, months, weekdays from Sunday.
    var chosen: [Set<Int>]
    /// Whether a day matches when one of both does.
    var isEitherDay: Bool
    var zone: String
    var after: Int64

    var recorded: [UInt8] { Array("\(text)\n\(zone)\n\(after)".utf8) }

    func matches(local: Int64) -> Bool {
        let time = Date(timeIntervalSince1970: Double(local))
        let parts = Self.calendar.dateComponents(
            [.minute, .hour, .day, .month, .weekday], from: time)
        guard let minute = parts.minute, let hour = parts.hour, let day = parts.day,
            let month = parts.month, let weekday = parts.weekday
        else { return false }
        guard chosen[0].contains(minute), chosen[1].contains(hour), chosen[3].contains(month)
        else { return false }
        let isDay = chosen[2].contains(day)
        let isWeekday = chosen[4].contains(weekday - 1)
        return isEitherDay ? isDay || isWeekday : isDay && isWeekday
    }

    private static let calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}

@Suite("Any cron expression", .fuzzing)
struct CronFuzzTests {
    private static let day: Int64 = 86_400

    @Test func `comes at the times that a walk through all minutes finds`() async throws {
        var found = 0
        try await Fuzz("cron").run(tries: 150) { random in
            random.cron()
        } check: { example in
            let schedule: Schedule
            do {
                schedule = try Schedule(example.text, timeZone: example.zone)
            } catch let error as InvalidSchedule {
                try require(error.message.contains("never fire"), "\(error.message)")
                return
            }
            let end = example.after + 3 * Self.day
            let expected = try Self.walk(example, until: end)
            let times = Array(schedule.times(after: example.after).prefix { $0 < end })
            try require(times == expected, "it is \(times), not \(expected)")
            let next = schedule.times(after: end - 1).first { _ in true }
            let due = schedule.due(from: example.after + 1, until: end - 1)
            try require(due?.latest == expected.last, "the latest is \(due?.latest ?? 0)")
            try require(due?.count == (expected.isEmpty ? nil : expected.count), "another number")
            if let next { try require(next >= end, "\(next) is not after \(end - 1)") }
            found += expected.count
        }
        #expect(found > 0)
    }

    /// What is to be: the first time the clock shows a minute, or the one after a gap; where every
    /// hour is chosen, each time it does, and nothing for a gap.
    private static func walk(_ example: CronCase, until end: Int64) throws -> [Int64] {
        guard let zone = TimeZone(identifier: example.zone) else {
            throw Violation("no zone \(example.zone)")
        }
        let isEveryHour = example.chosen[1].count == 24
        // A day was left out once, so two before.
        let start = (example.after / 60 + 1) * 60 - 2 * day
        var results: Set<Int64> = []
        var latestShown = Int64.min
        for moment in stride(from: start, to: end, by: 60) {
            let local =
                moment
                + Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment))))
            if isEveryHour {
                if example.matches(local: local) { results.insert(moment) }
            } else if local > latestShown {
                let first = latestShown == .min ? local : latestShown + 60
                for shown in stride(from: first, through: local, by: 60)
                where example.matches(local: shown) {
                    results.insert(moment)
                }
            }
            latestShown = max(latestShown, local)
        }
        return results.filter { $0 > example.after }.sorted()
    }

    @Test func `is rejected with a message, or is due repeatedly`() async throws {
        let tokens = [
            "*", "/", "-", ",", " ", "\t", "0", "7", "31", "59", "60", "mon", "Sun", "dec", "L",
            "@daily", "@", "?", "#", "*/2", "1-5", "5-1", "99999999999999999999", "+1", "-1", "é",
        ]
        var accepted = 0
        try await Fuzz("cron-text").run(tries: 4_000) { random in
            random.mutated(random.cron().text, tokens: tokens)
        } check: { text in
            let schedule: Schedule
            do {
                schedule = try Schedule(text, timeZone: "UTC")
            } catch let error as InvalidSchedule {
                try require(!error.message.isEmpty && !error.hint.isEmpty, "without words")
                return
            }
            accepted += 1
            var last: Int64 = 1_770_000_000
            let times = Array(schedule.times(after: last).prefix(3))
            try require(times.count == 3, "it comes \(times.count) times")
            for time in times {
                try require(time > last && time % 60 == 0, "\(time) after \(last)")
                last = time
            }
            let again = try Schedule(schedule.text, timeZone: "UTC")
            try require(
                Array(again.times(after: 1_770_000_000).prefix(3)) == times,
                "\(schedule.text) is another")
        }
        #expect(accepted > 0)
    }
}

extension SeededRandom {
    fileprivate mutating func cron() -> CronCase {
        let minutes = cronField(0...59)
        let hours = once(in: 4) ? (text: "*", chosen: Set(0...23)) : cronField(0...23)
        let days = once(in: 2) ? (text: "*", chosen: Set(1...31)) : cronField(1...31)
        let months = once(in: 2) ? (text: "*", chosen: Set(1...12)) : cronField(1...12)
        let weekdays = once(in: 2) ? (text: "*", chosen: Set(0...6)) : cronField(0...7)
        let fields = [minutes, hours, days, months, weekdays]
        var chosen = fields.map(\.chosen)
        chosen[4] = Set(chosen[4].map { $0 % 7 })
        let (zone, change) = pick(Self.changes)
        let isNear = !once(in: 3)
        return CronCase(
            text: fields.map(\.text).joined(separator: " "), chosen: chosen,
            isEitherDay: !days.text.hasPrefix("*") && !weekdays.text.hasPrefix("*"), zone: zone,
            after: isNear
                ? change + number(-200_000...100_000) : number(94_694_400...4_000_000_000))
    }

    /// Zones, and moments near which their clocks change.
    private static let changes: [(zone: String, moment: Int64)] = [
        ("UTC", 1_774_746_000), ("Europe/Berlin", 1_774_746_000), ("Europe/Berlin", 1_792_890_000),
        ("America/New_York", 1_772_953_200), ("America/New_York", 1_793_512_800),
        ("Australia/Lord_Howe", 1_775_314_800), ("Australia/Lord_Howe", 1_791_041_400),
        ("America/Santiago", 1_775_358_000), ("America/Santiago", 1_788_667_200),
        ("Antarctica/Troll", 1_774_746_000), ("Antarctica/Troll", 1_792_890_000),
        // Samoa left out a day; Kwajalein did before.
        ("Pacific/Apia", 1_325_239_200), ("Pacific/Kwajalein", 745_848_000),
        ("Asia/Kathmandu", 504_901_800), ("America/Nuuk", 1_774_746_000),
        ("Africa/Casablanca", 1_771_124_400), ("Asia/Pyongyang", 1_439_564_400),
        ("America/Caracas", 1_197_183_600), ("Asia/Gaza", 1_774_656_000),
    ]

    private mutating func cronField(_ range: ClosedRange<Int>) -> (text: String, chosen: Set<Int>) {
        let items = list(1...pick([1, 1, 2, 4])) { $0.cronItem(range) }
        return (
            items.map(\.text).joined(separator: ","),
            items.reduce(into: []) { $0.formUnion($1.chosen) }
        )
    }

    private mutating func cronItem(_ range: ClosedRange<Int>) -> (text: String, chosen: Set<Int>) {
        let first = number(range)
        let last = number(first...range.upperBound)
        let step = number(1...range.upperBound)
        switch number(0...3) {
        case 0 where once(in: 2): return ("*", Set(range))
        case 1:
            return (
                "*/\(step)",
                Set(
                    stride(
                        from: range.lowerBound,
                        through: range.upperBound - (range == 0...7 ? 1 : 0), by: step))
            )
        case 2 where first < last:
            return ("\(first)-\(last)/\(step)", Set(stride(from: first, through: last, by: step)))
        case 3: return ("\(first)-\(last)", Set(first...last))
        default: return ("\(first)", [first])
        }
    }
}
