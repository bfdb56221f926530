import Testing

@testable import RunEngine

@Suite("The pace of a task")
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

    @Test func `is no slower and hardly faster than its rate`() throws {
        let pace = Pace(1_000_000)

        let time = try ContinuousClock().measure { try pass(800_000, pace) }

        // It may be a quarter of a second ahead.
        #expect(time > .milliseconds(540))
        #expect(time < .seconds(60))
    }

    @Test func `is any where there is no rate`() throws {
        let pace = Pace(nil)

        let time = try ContinuousClock().measure { try pass(.max, pace) }

        #expect(time < .seconds(60))
    }

    @Test func `follows a rate that changes`() throws {
        let pace = Pace(1000)
        #expect(pace.bytesAtOnceMax == 125)
        try pace.pass(125)

        pace.set(rate: nil)

        let time = try ContinuousClock().measure { try pass(1_000_000_000, pace) }
        #expect(time < .seconds(60))
    }

    @Test func `ends at once when the task is cancelled`() async throws {
        let pace = Pace(1000)
        let waiting = Task.detached { try pace.pass(3_600_000) }

        pace.cancel()
        let cancelled = ContinuousClock.now
        let result = await waiting.result
        let time = ContinuousClock.now - cancelled

        #expect(time < .seconds(60))
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(throws: CancellationError.self) { try pace.pass(1) }
    }
}
