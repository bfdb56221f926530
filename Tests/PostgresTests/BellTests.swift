import Postgres
import Testing

@Suite("A bell", .timeLimit(.minutes(5)))
struct BellTests {
    @Test func `is heard by whoever begins to wait after it rang`() async {
        let bell = Bell()
        let seen = bell.rings
        bell.ring()

        await bell.wait(after: seen, atMost: .seconds(3600))

        #expect(bell.rings == seen + 1)
    }

    @Test func `wakes everybody who waits`() async {
        let bell = Bell()
        let seen = bell.rings

        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { await bell.wait(after: seen, atMost: .seconds(3600)) }
            }
            bell.ring()
        }
    }

    @Test func `is not waited for longer than the time given, nor by a task canceled`() async {
        let bell = Bell()

        await bell.wait(after: bell.rings, atMost: .milliseconds(1))
        let waiting = Task { await bell.wait(after: bell.rings, atMost: .seconds(3600)) }
        waiting.cancel()
        await waiting.value

        #expect(bell.rings == 0)
    }
}
