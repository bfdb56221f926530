import Testing
import Waiting

@Suite("A signal", .timeLimit(.minutes(15)))
struct WakeSignalTests {
    @Test func `wakes a waiter that starts after the signal`() async {
        let signal = WakeSignal()
        let seen = signal.count
        signal.send()

        await signal.wait(after: seen, atMost: .seconds(3600))

        #expect(signal.count == seen + 1)
    }

    @Test func `wakes everybody who waits`() async {
        let signal = WakeSignal()
        let seen = signal.count

        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { await signal.wait(after: seen, atMost: .seconds(3600)) }
            }
            signal.send()
        }
    }

    @Test func `is not waited for longer than the time given, nor by a task canceled`() async {
        let signal = WakeSignal()

        await signal.wait(after: signal.count, atMost: .milliseconds(1))
        let waiting = Task { await signal.wait(after: signal.count, atMost: .seconds(3600)) }
        waiting.cancel()
        await waiting.value

        #expect(signal.count == 0)
    }
}
