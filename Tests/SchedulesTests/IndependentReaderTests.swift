import Foundation
import Schedules
import TestSupport
import Testing

/// Compared with Python: with `croniter`, which reads the expressions, and with `zoneinfo`, which
/// knows the clocks. What a schedule does where clocks change is our own rule, so that is worked
/// out there minute by minute, in the plainest way.
@Suite("A schedule, and an independent reader of it", .timeLimit(.minutes(15)))
struct IndependentReaderTests {
    private static let program = #"""
        import json, sys
        from datetime import datetime, timedelta, timezone
        from zoneinfo import ZoneInfo
        from croniter import croniter

        def calendar(case):
            start = datetime.fromtimestamp(case["after"], ZoneInfo(case["zone"]))
            times = croniter(case["text"], start)
            return [int(times.get_next(float)) for _ in range(case["count"])]

        def minutes(case):
            zone, text = ZoneInfo(case["zone"]), case["text"]
            first, days = case["after"] + 60, case["days"]
            shown = {}   # local minute -> the moments at which the clock shows it
            clock = []   # moments with their local minutes
            for moment in range(first - 86400, first + days * 86400 + 86400, 60):
                local = datetime.fromtimestamp(moment, zone).replace(tzinfo=None, fold=0)
                shown.setdefault(local, []).append(moment)
                clock.append((moment, local))
            every_hour = case["every_hour"]
            found = set()
            start, end = clock[0][1] + timedelta(hours=12), clock[-1][1] - timedelta(hours=12)
            locals = croniter(text, start)
            while (local := locals.get_next(datetime)) < end:
                at = shown.get(local)
                if at is None and not every_hour:
                    found.add(next(m for m, l in clock if l > local))
                elif at is not None:
                    found.update(at if every_hour else at[:1])
            return sorted(m for m in found if first <= m < first + days * 86400)

        for case in json.load(open(sys.argv[1])):
            print(json.dumps((calendar if "count" in case else minutes)(case)))
        """#

    private struct Case: Encodable {
        var text: String
        var zone: String
        var after: Int64
        var count: Int?
        var days: Int?
        var every_hour: Bool?
    }

    private func answers(to cases: [Case]) throws -> [[Int64]] {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "ferry-cron-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let question = folder.appending(path: "cases.json")
        try JSONEncoder().encode(cases).write(to: question)
        let lines = try TestPython.lines(
            of: Self.program, at: folder.appending(path: "cron.py").path, [question.path])
        #expect(lines.count == cases.count, "\(lines.suffix(5))")
        return try lines.map { try JSONDecoder().decode([Int64].self, from: Data($0.utf8)) }
    }

    @Test func `agree on 600 expressions where clocks do not change`() throws {
        var random = Random(seed: 20_260_329)
        let zones = ["UTC", "Asia/Tokyo", "Asia/Kolkata", "America/Phoenix"]
        let cases = (0..<600).map { _ in
            Case(
                text: random.expression(), zone: zones.randomElement(using: &random) ?? "UTC",
                after: Int64.random(in: 1_700_000_000...2_200_000_000, using: &random), count: 20)
        }
        let answers = try answers(to: cases)

        for (example, expected) in zip(cases, answers) {
            let schedule = try Schedule(example.text, timeZone: example.zone)
            let times = Array(schedule.times(after: example.after).prefix(20))
            #expect(times == expected, "\(example)")
        }
    }

    @Test(arguments: ["2026-01-15T00:00Z", "2026-07-15T00:00Z"])
    func `agree on all zones whose names have no place`(start: String) throws {
        let zones = """
            CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich
            HST Hongkong Iceland Iran Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ
            NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey UCT UTC Universal
            W-SU WET Zulu
            """.split(whereSeparator: \.isWhitespace).map(String.init)
        let after = try moment(start)
        let cases = zones.map {
            Case(text: "30 6 * * *", zone: $0, after: after, days: 2, every_hour: false)
        }

        for (example, expected) in zip(cases, try answers(to: cases)) {
            let schedule = try Schedule(example.text, timeZone: example.zone)
            let times = schedule.times(after: after).prefix { $0 < after + 60 + 2 * 86_400 }
            #expect(Array(times) == expected, "\(example.zone)")
        }
    }

    @Test(arguments: [
        ("Europe/Berlin", "2026-03-28T00:00Z"), ("Europe/Berlin", "2026-10-24T00:00Z"),
        ("America/New_York", "2026-03-07T00:00Z"), ("America/New_York", "2026-10-31T00:00Z"),
        ("Australia/Lord_Howe", "2026-10-03T00:00Z"), ("Australia/Lord_Howe", "2026-04-04T00:00Z"),
        ("America/Santiago", "2026-09-05T00:00Z"), ("America/Santiago", "2026-04-04T00:00Z"),
        ("Africa/Cairo", "2026-04-23T00:00Z"), ("Africa/Cairo", "2026-10-29T00:00Z"),
        ("Asia/Kathmandu", "2026-03-28T00:00Z"),
    ])
    func `agree on what comes where clocks change`(zone: String, start: String) throws {
        let expressions = [
            ("*/15 * * * *", true), ("7 * * * *", true), ("30 2 * * *", false),
            ("*/20 0-3 * * *", false), ("0 0 * * *", false), ("45 1,23 * * *", false),
            ("10 */2 * * *", false), ("30 23 * * 6,0", false), ("*/30 0 * * 5-7", false),
            ("* 1-2 * * *", false),
        ]
        let after = try moment(start)
        let cases = expressions.map { text, isEveryHour in
            Case(text: text, zone: zone, after: after, days: 3, every_hour: isEveryHour)
        }
        let answers = try answers(to: cases)

        for (example, expected) in zip(cases, answers) {
            let schedule = try Schedule(example.text, timeZone: zone)
            let times = Array(
                schedule.times(after: after).prefix { $0 < after + 60 + 3 * 86_400 })
            #expect(times == expected, "\(example)")
        }
    }
}

/// The same numbers each time.
private struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Never one that cannot fire, and never a step in a day beside another restricted day, which
    /// readers disagree about.
    mutating func expression() -> String {
        let kind = Int.random(in: 0..<4, using: &self)
        let days = kind == 1 || kind == 3 ? field(1...28) : "*"
        let weekdays = kind >= 2 ? weekday() : "*"
        let month = Bool.random(using: &self) ? "*" : field(1...12)
        return [
            field(0...59, step: true), field(0...23, step: true), days, month, weekdays,
        ].joined(separator: " ")
    }

    private mutating func weekday() -> String {
        let all = ["0", "7", "1-5", "mon,wed", "sun", "Fri", "2-4,6", "5-7"]
        return all.randomElement(using: &self) ?? "0"
    }

    private mutating func field(_ numbers: ClosedRange<Int>, step: Bool = false) -> String {
        let first = Int.random(in: numbers, using: &self)
        let last = Int.random(in: first...numbers.upperBound, using: &self)
        switch Int.random(in: step ? 0..<6 : 0..<3, using: &self) {
        case 0: return "\(first)"
        case 1: return first == last ? "\(first)" : "\(first)-\(last)"
        case 2: return "\(numbers.lowerBound),\(first)"
        case 3: return "*/\(Int.random(in: 2...(numbers.upperBound / 2), using: &self))"
        case 4 where first < last: return "\(first)-\(last)/\(Int.random(in: 2...9, using: &self))"
        default: return "*"
        }
    }
}
