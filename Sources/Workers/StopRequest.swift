import Postgres
import Synchronization
import Waiting

/// Tells the loops of a worker to accept no new work.
final class StopRequest: Sendable {
    private let requested = Atomic(false)
    private let signals: [WakeSignal]

    /// - Parameter signals: The signals of the loops; they are signalled, so that the loops notice.
    init(waking signals: [WakeSignal]) {
        self.signals = signals
    }

    var isMade: Bool { requested.load(ordering: .acquiring) }

    func make() {
        requested.store(true, ordering: .releasing)
        for signal in signals { signal.send() }
    }
}
