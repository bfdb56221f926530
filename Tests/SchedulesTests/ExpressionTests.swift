import Foundation
import Schedules
import Testing

struct Refusal: CustomTestStringConvertible {
    let text: String
    let message: String
    var hint: String?

    init(_ text: String, _ message: String, hint: String? = nil) {
        self.text = text
        self.message = message
        self.hint = hint
    }

    var testDescription: String { "\(text): \(message)" }
}

private let refusals = [
    Refusal(
        "0 24 * * *", "cron field 2 (hour) must be 0-23, was 24",
        hint: "fields: minute hour day-of-month month day-of-week; for example "
            + "30 2 * * 1-5, half past two from Monday to Friday"),
    Refusal("60 * * * *", "cron field 1 (minute) must be 0-59, was 60"),
    Refusal("-1 * * * *", "cron field 1 (minute) must be 0-59, was \"\""),
    Refusal("x * * * *", "cron field 1 (minute) must be 0-59, was \"x\""),
    Refusal("0 0 0 * *", "cron field 3 (day of month) must be 1-31, was 0"),
    Refusal("0 0 32 * *", "cron field 3 (day of month) must be 1-31, was 32"),
    Refusal("0 0 L * *", "cron field 3 (day of month) must be 1-31, was \"L\""),
    Refusal("0 0 1 13 *", "cron field 4 (month) must be 1-12 or jan-dec, was 13"),
    Refusal("0 0 1 janu *", "cron field 4 (month) must be 1-12 or jan-dec, was \"janu\""),
    Refusal("0 0 * * 8", "cron field 5 (day of week) must be 0-7 or sun-sat, was 8"),
    Refusal("0 0 * * mon#1", "cron field 5 (day of week) must be 0-7 or sun-sat, was \"mon#1\""),
    Refusal(
        "0 0 * * 99999999999999999999",
        "cron field 5 (day of week) must be 0-7 or sun-sat, "
            + "was 99999999999999999999"),
    Refusal("1,,2 * * * *", "cron field 1 (minute) must be 0-59, was \"\""),
    Refusal(
        "50-10 * * * *", "cron field 1 (minute) has a range that runs backwards, was \"50-10\"",
        hint: "write two ranges: 50-59,0-10"),
    Refusal(
        "1-2-3 * * * *",
        "cron field 1 (minute) has a range of more than two ends, "
            + "was \"1-2-3\""),
    Refusal("*/0 * * * *", "cron field 1 (minute) must have a step of 1-59, was \"*/0\""),
    Refusal("*/90 * * * *", "cron field 1 (minute) must have a step of 1-59, was \"*/90\""),
    Refusal("*/2/2 * * * *", "cron field 1 (minute) has more than one step, was \"*/2/2\""),
    Refusal(
        "5/15 * * * *", "cron field 1 (minute) has a step without a range, was \"5/15\"",
        hint: "write 5-59/15 or */15"),
    Refusal("* * * *", "a schedule must have five fields, separated by spaces, has 4"),
    Refusal("0 0 * * * *", "a schedule must have five fields, separated by spaces, has 6"),
    Refusal("", "a schedule must have five fields, separated by spaces, has 0"),
    Refusal(
        "@reboot", "unknown schedule \"@reboot\"",
        hint: "words: @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly"),
    Refusal(
        "0 0 31 2 *",
        "the schedule \"0 0 31 2 *\" can never fire: none of its months has a day 31",
        hint: "choose a day that exists in these months"),
    Refusal(
        "0 0 31 4,6,9,11 *",
        "the schedule \"0 0 31 4,6,9,11 *\" can never fire: none of its months has a day 31"),
    Refusal(
        "0 0 30-31 2 */2",
        "the schedule \"0 0 30-31 2 */2\" can never fire: none of its months has a day 30"),
]

private let unknownZones = [
    "Europe/Berln", "europe/berlin", "Berlin", "GMT+2", "PST", "Factory", "japan", "",
    "../etc/passwd",
    "Middle/Earth",
]

@Suite("A schedule that cannot be right", .timeLimit(.minutes(15)))
struct RefusedScheduleTests {
    @Test(arguments: refusals)
    func `is refused, naming the field and the rule`(_ refusal: Refusal) {
        do throws(InvalidSchedule) {
            _ = try Schedule(refusal.text, timeZone: "UTC")
            Issue.record("was accepted")
        } catch {
            #expect(error.part == .expression)
            #expect(error.message == refusal.message)
            if let hint = refusal.hint { #expect(error.hint == hint) }
        }
    }

    @Test(arguments: unknownZones)
    func `is refused where there is no such time zone`(_ name: String) {
        do throws(InvalidSchedule) {
            _ = try Schedule("0 0 * * *", timeZone: name)
            Issue.record("was accepted")
        } catch {
            #expect(error.part == .timeZone)
            #expect(error.message == "there is no time zone \"\(name)\"")
            #expect(
                error.hint == "write a name of the IANA database, for example Europe/Berlin or UTC")
        }
    }
}

@Suite("A schedule", .timeLimit(.minutes(15)))
struct ScheduleTests {
    /// From Thursday, 1 January 2026, 00:00 UTC.
    private static let cases: [(String, [String])] = [
        ("0 0 * * *", ["2026-01-02T00:00", "2026-01-03T00:00"]),
        ("@daily", ["2026-01-02T00:00", "2026-01-03T00:00"]),
        ("@hourly", ["2026-01-01T01:00", "2026-01-01T02:00"]),
        ("@weekly", ["2026-01-04T00:00", "2026-01-11T00:00"]),
        ("@monthly", ["2026-02-01T00:00", "2026-03-01T00:00"]),
        ("@Yearly", ["2027-01-01T00:00", "2028-01-01T00:00"]),
        ("*/15 * * * *", ["2026-01-01T00:15", "2026-01-01T00:30", "2026-01-01T00:45"]),
        ("5-59/20 3 * * *", ["2026-01-01T03:05", "2026-01-01T03:25", "2026-01-01T03:45"]),
        ("30 2 * * 1-5", ["2026-01-01T02:30", "2026-01-02T02:30", "2026-01-05T02:30"]),
        ("30 2 * * MON,Wed", ["2026-01-05T02:30", "2026-01-07T02:30", "2026-01-12T02:30"]),
        ("0 0 * * 0", ["2026-01-04T00:00", "2026-01-11T00:00"]),
        ("0 0 * * 7", ["2026-01-04T00:00", "2026-01-11T00:00"]),
        ("0 0 * * fri-sun", ["2026-01-02T00:00", "2026-01-03T00:00", "2026-01-04T00:00"]),
        ("0 0 * * sun-mon", ["2026-01-04T00:00", "2026-01-05T00:00", "2026-01-11T00:00"]),
        ("0 12 1 jan-mar *", ["2026-01-01T12:00", "2026-02-01T12:00", "2026-03-01T12:00"]),
        // Either day matches when both are restricted …
        ("0 0 13 * 5", ["2026-01-02T00:00", "2026-01-09T00:00", "2026-01-13T00:00"]),
        // … and both must when one of them begins with a star.
        ("0 0 */10 * 5", ["2026-05-01T00:00", "2026-07-31T00:00", "2026-08-21T00:00"]),
        // Ends of months and leap days.
        ("59 23 31 * *", ["2026-01-31T23:59", "2026-03-31T23:59", "2026-05-31T23:59"]),
        ("0 0 30 * *", ["2026-01-30T00:00", "2026-03-30T00:00", "2026-04-30T00:00"]),
        ("0 0 29 2 *", ["2028-02-29T00:00", "2032-02-29T00:00", "2036-02-29T00:00"]),
        ("0 0 29 2 */7", ["2032-02-29T00:00", "2060-02-29T00:00", "2088-02-29T00:00"]),
        ("0 0 31 2 1", ["2026-02-02T00:00", "2026-02-09T00:00"]),
    ]

    @Test(arguments: cases)
    func `comes at the times it says`(_ text: String, _ expected: [String]) throws {
        let schedule = try Schedule(text, timeZone: "UTC")

        let times = schedule.times(after: try moment("2026-01-01T00:00Z")).prefix(expected.count)

        #expect(times.map(schedule.shown) == expected.map { $0 + ":00+00:00" })
    }

    @Test func `leaves out the leap day that 2100 does not have`() throws {
        let schedule = try Schedule("0 0 29 2 *", timeZone: "UTC")

        let times = schedule.times(after: try moment("2093-01-01T00:00Z")).prefix(3)

        #expect(
            times.map(schedule.shown) == [
                "2096-02-29T00:00:00+00:00", "2104-02-29T00:00:00+00:00",
                "2108-02-29T00:00:00+00:00",
            ])
    }

    @Test func `comes after a moment, not at it`() throws {
        let schedule = try Schedule("30 * * * *", timeZone: "UTC")
        let at = try moment("2026-01-01T00:30Z")

        #expect(schedule.times(after: at - 1).first { _ in true } == at)
        #expect(schedule.times(after: at).first { _ in true } == at + 3600)
    }

    @Test func `is written with single spaces`() throws {
        #expect(try Schedule(" 0  0\t* * * ", timeZone: "UTC").text == "0 0 * * *")
    }

    @Test func `knows days before 1970, too`() throws {
        let schedule = try Schedule("0 12 29 2 *", timeZone: "UTC")

        let first = schedule.times(after: try moment("1965-01-01T00:00Z")).first { _ in true }

        #expect(first.map(schedule.shown) == "1968-02-29T12:00:00+00:00")
    }
}

/// Seconds since 1970 of `2026-01-01T00:30Z`, or with an offset in place of the Z.
func moment(_ text: String) throws -> Int64 {
    let style = Date.ISO8601FormatStyle().year().month().day().time(
        includingFractionalSeconds: false
    ).timeZone(separator: .colon)
    let full = text.replacing(/T(\d\d:\d\d)(?!:)/) { "T\($0.1):00" }
    return Int64(try style.parse(full).timeIntervalSince1970)
}
