import Locks
import Testing

@Suite("A locked value")
struct LockedTests {
    @Test func `is used by one task at a time`() async {
        let value = Locked(0)

        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        value.withLock { value in
                            let seen = value
                            value = seen + 1
                        }
                    }
                }
            }
        }

        #expect(value.withLock { $0 } == 80_000)
    }

    /// What ends the process with the lock of Synchronization, in an optimised build.
    @Test func `is locked and unlocked after an await that ends on another thread`() async {
        let value = Locked<[String]>([])
        let work: @Sendable () async -> String = {
            await Hop.shared.there()
            return "came back"
        }

        for _ in 0..<100 {
            await Task {
                let text = await work()
                value.withLock { $0.append(text) }
            }.value
        }

        #expect(value.withLock { $0.count } == 100)
    }

    @Test func `is free again after an error`() {
        let value = Locked(1)

        #expect(throws: CancellationError.self) {
            try value.withLock { value in
                value = 2
                throw CancellationError()
            }
        }

        #expect(value.withLock { $0 } == 2)
    }
}

/// An actor of its own, so that work has to change to it and back.
private actor Hop {
    static let shared = Hop()

    func there() {}
}
