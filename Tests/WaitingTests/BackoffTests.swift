import Testing
import Waiting

@Suite("A backoff", .timeLimit(.minutes(15)))
struct BackoffTests {
    @Test func `waits longer each time, up to its limit, and never exactly that long`() {
        var backoff = Backoff(firstDelay: .milliseconds(100), delayMax: .seconds(1))

        let delays = (1...6).map { _ in backoff.next() }

        for (delay, longest) in zip(delays, [100, 200, 400, 800, 1000, 1000]) {
            #expect(delay <= .milliseconds(longest))
            #expect(delay >= .milliseconds(longest / 2))
        }
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(100))
    }
}
