import Foundation
import Testing
@testable import Watching

@Suite("The time of an event as JSON", .timeLimit(.minutes(15)))
struct TimestampTests {
    private func written(_ micros: Int64) throws -> String {
        let date = Date(timeIntervalSince1970: Double(micros) / 1_000_000)
        let event = WatchedEvent(id: 1, at: date, event: "x", objectKind: "run", actor: "a")
        let line = JSONLines.event(FeedEvent(event: event, cursor: try Cursor("0-~3:3:")))
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(object?["at"] as? String)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
            (1_735_689_599_999_999, "2024-12-31T23:59:59.999999Z"),
            (-1_000_000, "1969-12-31T23:59:59.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)])
    func `is in UTC, to the microsecond`(micros: Int64, text: String) throws {
        #expect(try written(micros) == text)
    }

    @Test func `is that of Foundation on every day of four hundred years`() throws {
        let formatter = ISO8601DateFormatter()
        for day in stride(from: Int64(0), to: 146_097, by: 13) {
            let seconds = day * 86400 + day % 86400
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(try written(seconds * 1_000_000) == expected.dropLast() + ".000000Z")
        }
    }
}
