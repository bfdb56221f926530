import Values
import Dispatch
import Locks

/// Lets the bytes of one task pass no faster than a rate, which may change at any moment.
///
/// A task may be ahead of its rate by what it may write in a quarter of a second.
final class Pace: Sendable {
    /// What tells the time, and waits.
    struct Clock: Sendable {
        var now: @Sendable () -> ContinuousClock.Instant
        /// Blocks the calling thread for so long, or until there is a signal. Returns whether there
        /// was one.
        var wait: @Sendable (Duration, DispatchSemaphore) -> Bool

        static let continuous = Clock(
            now: { .now },
            wait: { time, signal in
                signal.wait(timeout: .now() + time / .seconds(1)) == .success
            })
    }

    private struct State {
        /// Bytes in a second; nil for any.
        var rate: Int64?
        var isCancelled = false
        var cancels: [@Sendable () -> Void] = []
        /// When all that has passed would have been written at the rate.
        var writtenBy: ContinuousClock.Instant
    }

    private let state: Locked<State>
    private let cancelled = DispatchSemaphore(value: 0)
    private let clock: Clock

    static let ahead = Duration.milliseconds(250)

    /// - Parameter rate: Bytes in a second; nil for any.
    init(_ rate: Int64?, clock: Clock = .continuous) {
        self.clock = clock
        state = Locked(State(rate: rate, writtenBy: clock.now()))
    }

    /// From now on.
    func set(rate: Int64?) {
        state.withLock { $0.rate = rate }
    }

    /// The most bytes that are to pass together: what passes in an eighth of a second.
    var bytesAtOnceMax: Int {
        state.withLock { state in state.rate.map { Int(max(1, $0 / 8)) } ?? .max }
    }

    /// Blocks the calling thread until so many further bytes may be written.
    ///
    /// - Throws: `CancellationError` at once when the task is cancelled.
    func pass(_ bytes: Int) throws {
        let wait: Duration = try state.withLock { state in
            if state.isCancelled { throw CancellationError() }
            guard let rate = state.rate else { return .zero }
            let now = clock.now()
            // What was not used before is lost, so that a task does not catch up in a burst.
            let begin = max(state.writtenBy, now - Self.ahead)
            state.writtenBy = begin + .seconds(Double(bytes) / Double(rate))
            return state.writtenBy - now
        }
        guard wait > .zero else { return }
        if clock.wait(wait, cancelled) { throw CancellationError() }
    }

    /// Lets nothing pass any more, and wakes who waits.
    func cancel() {
        let cancels = state.withLock { state in
            state.isCancelled = true
            defer { state.cancels = [] }
            return state.cancels
        }
        cancelled.signal()
        for cancel in cancels { cancel() }
    }

    /// Calls this too when the task is cancelled; at once when it is.
    func onCancel(_ cancel: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            if !state.isCancelled { state.cancels.append(cancel) }
            return state.isCancelled
        }
        if isLate { cancel() }
    }
}
