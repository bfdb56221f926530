import Locks
import Testing

@testable import RunEngine

@Suite("The pace of a task", .timeLimit(.minutes(15)))
struct PaceTests {
    /// Passes so many bytes in pieces as small as it asks for.
    private func pass(_ bytes: Int, _ pace: Pace) throws {
        var left = bytes
        while left > 0 {
            let piece = min(left, pace.bytesAtOnceMax)
            try pace.pass(piece)
            left -= piece
        }
    }

    /// A clock on which time passes only during waits.
    private final class StillClock: Sendable {
        private static let start = ContinuousClock.now
        private let passed = Locked(Duration.zero)

        var time: Duration { passed.withLock { $0 } }

        func pass(_ time: Duration) { passed.withLock { $0 += time } }

        var clock: Pace.Clock {
            Pace.Clock(
                now: { Self.start + self.time },
                wait: { time, _ in
                    self.pass(time)
                    return false
                })
        }
    }

    @Test func `is its rate`() throws {
        let clock = StillClock()
        let pace = Pace(1_000_000, clock: clock.clock)

        try pass(800_000, pace)

        #expect(abs(clock.time / .seconds(1) - 0.8) < 0.001)
    }

    @Test func `catches up on no more than a quarter of a second`() throws {
        let clock = StillClock()
        let pace = Pace(1_000_000, clock: clock.clock)
        clock.pass(.seconds(3600))

        try pass(800_000, pace)

        #expect(abs(clock.time / .seconds(1) - 3600.55) < 0.001)
    }

    @Test func `is any where there is no rate`() throws {
        let clock = StillClock()
        let pace = Pace(nil, clock: clock.clock)

        try pass(.max, pace)

        #expect(clock.time == .zero)
    }

    @Test func `follows a rate that changes`() throws {
        let clock = StillClock()
        let pace = Pace(1000, clock: clock.clock)
        #expect(pace.bytesAtOnceMax == 125)
        try pace.pass(125)
        #expect(clock.time == .milliseconds(125))

        pace.set(rate: nil)
        try pass(1_000_000_000, pace)
        #expect(clock.time == .milliseconds(125))

        pace.set(rate: 1_000_000)
        try pass(1_000_000, pace)
        #expect(abs(clock.time / .seconds(1) - 1.125) < 0.001)
    }

    @Test func `blocks the thread while it waits`() throws {
        let pace = Pace(1_000_000)

        let time = try ContinuousClock().measure { try pass(100_000, pace) }

        #expect(time >= .milliseconds(99))
    }

    @Test func `ends immediately when the task is cancelled`() async throws {
        let pace = Pace(1000)
        let waiting = Task.detached { try pace.pass(3_600_000) }

        pace.cancel()
        // Otherwise it would last an hour.
        let result = await waiting.result

        #expect(throws: CancellationError.self) { try result.get() }
        #expect(throws: CancellationError.self) { try pace.pass(1) }
    }
}
