import Dispatch
import Locks
import Testing

@Suite("A monitor")
struct MonitorTests {
    @Test func `wakes the thread that waits for its signal`() async {
        let monitor = Monitor()
        let isSet = Locked(false)

        let waited: Bool = await withCheckedContinuation { continuation in
            DispatchQueue(label: "waiting").async {
                monitor.locked {
                    while !isSet.withLock({ $0 }) { monitor.wait() }
                }
                continuation.resume(returning: true)
            }
            DispatchQueue(label: "signalling").async {
                monitor.locked {
                    isSet.withLock { $0 = true }
                    monitor.signal()
                }
            }
        }

        #expect(waited)
    }

    @Test func `stops waiting at a deadline`() {
        let monitor = Monitor()

        let isLeft = monitor.locked { () -> Bool in
            let deadline = ContinuousClock.now + .milliseconds(20)
            while monitor.wait(until: deadline) {}
            return deadline > .now
        }

        #expect(!isLeft)
    }

    @Test func `passes by what another thread holds`() {
        let monitor = Monitor()
        let isHeld = DispatchSemaphore(value: 0)
        let mayEnd = DispatchSemaphore(value: 0)
        let called = Locked(0)
        DispatchQueue(label: "holding").async {
            monitor.locked {
                isHeld.signal()
                mayEnd.wait()
            }
        }
        isHeld.wait()

        monitor.lockedIfFree { called.withLock { $0 += 1 } }
        mayEnd.signal()
        monitor.locked {}
        monitor.lockedIfFree { called.withLock { $0 += 10 } }

        #expect(called.withLock { $0 } == 10)
    }
}
