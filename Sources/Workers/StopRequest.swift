import Postgres
import Synchronization

/// Tells the loops of a worker to take on nothing new.
final class StopRequest: Sendable {
    private let requested = Atomic(false)
    private let bells: [Bell]

    /// - Parameter bells: What the loops wait for; they are rung, so that the loops look.
    init(waking bells: [Bell]) {
        self.bells = bells
    }

    var isMade: Bool { requested.load(ordering: .acquiring) }

    func make() {
        requested.store(true, ordering: .releasing)
        for bell in bells { bell.ring() }
    }
}
