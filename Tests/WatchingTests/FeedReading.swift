import Postgres
import TestSupport
import Watching

/// Reads from the feed until it has given this many events.
func read(
    _ count: Int, from feed: EventFeed, within limit: Duration = .seconds(120)
) async throws -> [FeedEvent] {
    let deadline = ContinuousClock.now + limit
    var items: [FeedEvent] = []
    while items.count < count {
        let left = deadline - ContinuousClock.now
        guard left > .zero else {
            throw TooFew(expected: count, given: items.count)
        }
        items += try await feed.next(within: min(left, .milliseconds(500))).events
    }
    return items
}

struct TooFew: Error {
    let expected: Int
    let given: Int
}

/// All that is there now.
func rest(of feed: EventFeed) async throws -> [FeedEvent] {
    let batches = Batches()
    try await feed.rest { await batches.add($0.events) }
    return await batches.items
}

private actor Batches {
    var items: [FeedEvent] = []
    func add(_ more: [FeedEvent]) { items += more }
}

extension Connection {
    /// Records an event of a data export and notifies the watchers.
    func record(_ event: String, of name: String = "Daily customers") async throws {
        try await execute(
            """
            select ferry_state.record_event('production', $1, 'data_export', 1, $2, null, null)
            """, [.text(event), .text(name)])
    }
}

extension TestDatabase {
    func options(_ applicationName: String = "feed") -> ConnectionOptions {
        ConnectionOptions(url, applicationName: applicationName)
    }
}
