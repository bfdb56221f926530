import Schedules
import Testing

@Suite("The due times of a schedule", .timeLimit(.minutes(15)))
struct DueTimesTests {
    private func due(
        _ text: String, from awaited: String, until now: String
    ) throws -> (latest: String, count: Int)? {
        let schedule = try Schedule(text, timeZone: "UTC")
        let due = schedule.due(from: try moment(awaited), until: try moment(now))
        return due.map { (schedule.shown($0.latest), $0.count) }
    }

    @Test func `are none before the time that is awaited`() throws {
        let due = try due("0 * * * *", from: "2026-01-01T01:00Z", until: "2026-01-01T00:59:59Z")

        #expect(due == nil)
    }

    @Test func `are one at that time, and until the next`() throws {
        for now in ["2026-01-01T01:00Z", "2026-01-01T01:59:59Z"] {
            let due = try #require(try due("0 * * * *", from: "2026-01-01T01:00Z", until: now))
            #expect(due == ("2026-01-01T01:00:00+00:00", 1))
        }
    }

    @Test func `are counted, with the latest of them`() throws {
        let due = try #require(
            try due("0 3 * * *", from: "2026-01-01T03:00Z", until: "2026-01-31T02:00Z"))

        #expect(due == ("2026-01-30T03:00:00+00:00", 30))
    }

    @Test func `are counted up to a bound; the latest is found anyway`() throws {
        let clock = ContinuousClock()
        var due: (latest: String, count: Int)?
        let time = try clock.measure {
            due = try self.due("* 3 * * *", from: "1990-01-01T03:00Z", until: "2026-01-31T02:00Z")
        }

        #expect(try #require(due) == ("2026-01-30T03:59:00+00:00", DueTimes.countMax))
        #expect(time < .seconds(60))
    }
}
