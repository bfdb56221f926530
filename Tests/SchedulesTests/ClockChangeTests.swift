import Schedules
import Testing

/// A day on which clocks change, the schedule, and when it comes, from its first time on.
struct ClockChange: CustomTestStringConvertible {
    let zone: String
    let text: String
    let after: String
    let expected: [String]

    init(_ zone: String, _ text: String, after: String, _ expected: [String]) {
        self.zone = zone
        self.text = text
        self.after = after
        self.expected = expected
    }

    var testDescription: String { "\(zone): \(text)" }
}

private let springs = [
    // 02:00 becomes 03:00.
    ClockChange(
        "Europe/Berlin", "30 2 * * *", after: "2026-03-28T12:00Z",
        ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]),
    ClockChange(
        "Europe/Berlin", "0 2,3 * * *", after: "2026-03-28T12:00Z",
        ["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00", "2026-03-30T03:00:00+02:00"]),
    ClockChange(
        "Europe/Berlin", "*/20 2 * * *", after: "2026-03-28T12:00Z",
        ["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"]),
    ClockChange(
        "Europe/Berlin", "0 0 * * *", after: "2026-03-28T12:00Z",
        ["2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"]),
    ClockChange(
        "Europe/Berlin", "*/30 * * * *", after: "2026-03-29T00:00Z",
        ["2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"]),
    ClockChange(
        "America/New_York", "30 2 * * *", after: "2026-03-07T12:00Z",
        ["2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"]),
    // 02:00 becomes 02:30.
    ClockChange(
        "Australia/Lord_Howe", "15 2 * * *", after: "2026-10-03T00:00Z",
        ["2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"]),
    ClockChange(
        "Australia/Lord_Howe", "45 2 * * *", after: "2026-10-03T00:00Z",
        ["2026-10-04T02:45:00+11:00", "2026-10-05T02:45:00+11:00"]),
    // Midnight becomes 01:00: the day begins later.
    ClockChange(
        "America/Santiago", "@daily", after: "2026-09-05T12:00Z",
        ["2026-09-06T01:00:00-03:00", "2026-09-07T00:00:00-03:00"]),
    ClockChange(
        "Africa/Cairo", "30 0 * * *", after: "2026-04-23T12:00Z",
        ["2026-04-24T01:00:00+03:00", "2026-04-25T00:30:00+03:00"]),
    // A whole day was left out.
    ClockChange(
        "Pacific/Apia", "0 12 30 12 *", after: "2011-12-29T00:00Z",
        ["2011-12-31T00:00:00+14:00", "2012-12-30T12:00:00+14:00"]),
]

private let autumns = [
    // 03:00 becomes 02:00.
    ClockChange(
        "Europe/Berlin", "30 2 * * *", after: "2026-10-24T12:00Z",
        ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]),
    ClockChange(
        "Europe/Berlin", "30 1-3 * * *", after: "2026-10-24T12:00Z",
        [
            "2026-10-25T01:30:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-25T03:30:00+01:00",
        ]),
    ClockChange(
        "Europe/Berlin", "30 * * * *", after: "2026-10-25T00:00Z",
        [
            "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T03:30:00+01:00",
        ]),
    ClockChange(
        "America/New_York", "30 1 * * *", after: "2026-10-31T12:00Z",
        ["2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"]),
    // 02:00 becomes 01:30.
    ClockChange(
        "Australia/Lord_Howe", "45 1 * * *", after: "2026-04-04T00:00Z",
        ["2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"]),
    ClockChange(
        "Australia/Lord_Howe", "*/15 * * * *", after: "2026-04-04T14:20Z",
        [
            "2026-04-05T01:30:00+11:00", "2026-04-05T01:45:00+11:00", "2026-04-05T01:30:00+10:30",
            "2026-04-05T01:45:00+10:30", "2026-04-05T02:00:00+10:30",
        ]),
    // Midnight becomes 23:00 of the day before.
    ClockChange(
        "America/Santiago", "30 23 * * *", after: "2026-04-04T12:00Z",
        ["2026-04-04T23:30:00-03:00", "2026-04-05T23:30:00-04:00"]),
    ClockChange(
        "Africa/Cairo", "@daily", after: "2026-10-29T12:00Z",
        ["2026-10-30T00:00:00+02:00", "2026-10-31T00:00:00+02:00"]),
]

@Suite("A time of a schedule", .timeLimit(.minutes(15)))
struct ClockChangeTests {
    @Test(arguments: springs)
    func `that does not exist comes at the next minute that does`(_ change: ClockChange) throws {
        try check(change)
    }

    @Test(arguments: autumns)
    func `that occurs twice comes once, or twice where each hour counts`(
        _ change: ClockChange
    ) throws {
        try check(change)
    }

    private func check(_ change: ClockChange) throws {
        let schedule = try Schedule(change.text, timeZone: change.zone)

        let times = schedule.times(after: try moment(change.after)).prefix(change.expected.count)

        #expect(times.map(schedule.shown) == change.expected)
    }
}
