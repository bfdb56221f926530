import Testing

@testable import RunEngine

@Suite("What may never be answered", .timeLimit(.minutes(15)))
struct PatienceTests {
    /// Notices nothing, not even that it is cancelled.
    private static let silence: @Sendable () async -> String = {
        await withUnsafeContinuation { (_: UnsafeContinuation<String, Never>) in }
    }

    @Test func `is answered`() async {
        let answer = await Patience.answer(within: .seconds(3600), otherwise: "none") { "yes" }

        #expect(answer == "yes")
    }

    @Test func `is waited for only so long`() async {
        let answer = await Patience.answer(
            within: .milliseconds(1), otherwise: "none", Self.silence)

        #expect(answer == "none")
    }

    @Test func `is not waited for any more by a task that is cancelled`() async {
        let asking = Task {
            await Patience.answer(within: .seconds(3600), otherwise: "none", Self.silence)
        }

        asking.cancel()

        #expect(await asking.value == "none")
    }
}
