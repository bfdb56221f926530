import Waiting
import Postgres
import Synchronization

/// Tells the loops of a worker to take on nothing new.
final class StopRequest: Sendable {
    private let requested = Atomic(false)
    private let signals: [WakeSignal]

    /// - Parameter signals: What the loops wait for; they are rung, so that the loops look.
    init(waking signals: [WakeSignal]) {
        self.signals = signals
    }

    var isMade: Bool { requested.load(ordering: .acquiring) }

    func make() {
        requested.store(true, ordering: .releasing)
        for signal in signals { signal.send() }
    }
}
