import Dispatch
import Locks
import Values

/// Limits the bytes of one task to a rate, which may change at any time.
///
/// A task may exceed its rate by a quarter of a second's bytes.
final class Pace: Sendable {
    /// The clock, and how to wait.
    struct Clock: Sendable {
        var now: @Sendable () -> ContinuousClock.Instant
        /// Blocks the calling thread for this long, or until a signal. Returns whether there was
        /// one.
        var wait: @Sendable (Duration, DispatchSemaphore) -> Bool

        static let continuous = Clock(
            now: { .now },
            wait: { time, signal in
                signal.wait(timeout: .now() + time / .seconds(1)) == .success
            })
    }

    private struct State {
        /// Bytes per second; nil for no limit.
        var rate: Int64?
        var isCancelled = false
        var cancels: [@Sendable () -> Void] = []
        /// When all passed bytes would have been written at the rate.
        var writtenBy: ContinuousClock.Instant
    }

    private let state: Locked<State>
    private let cancelled = DispatchSemaphore(value: 0)
    private let clock: Clock

    static let ahead = Duration.milliseconds(250)

    /// - Parameter rate: Bytes per second; nil for no limit.
    init(_ rate: Int64?, clock: Clock = .continuous) {
        self.clock = clock
        state = Locked(State(rate: rate, writtenBy: clock.now()))
    }

    /// From now on.
    func set(rate: Int64?) {
        state.withLock { $0.rate = rate }
    }

    /// The largest burst of bytes: an eighth of a second.
    var bytesAtOnceMax: Int {
        state.withLock { state in state.rate.map { Int(max(1, $0 / 8)) } ?? .max }
    }

    /// Blocks the calling thread until this many more bytes may be written.
    ///
    /// - Throws: `CancellationError` immediately when the task is cancelled.
    func pass(_ bytes: Int) throws {
        let wait: Duration = try state.withLock { state in
            if state.isCancelled { throw CancellationError() }
            guard let rate = state.rate else { return .zero }
            let now = clock.now()
            // Unused capacity is lost, so that a task does not catch up in a burst.
            let begin = max(state.writtenBy, now - Self.ahead)
            state.writtenBy = begin + .seconds(Double(bytes) / Double(rate))
            return state.writtenBy - now
        }
        guard wait > .zero else { return }
        if clock.wait(wait, cancelled) { throw CancellationError() }
    }

    /// Stops all bytes, and wakes waiting threads.
    func cancel() {
        let cancels = state.withLock { state in
            state.isCancelled = true
            defer { state.cancels = [] }
            return state.cancels
        }
        cancelled.signal()
        for cancel in cancels { cancel() }
    }

    /// Also called when the task is cancelled; immediately if it already is.
    func onCancel(_ cancel: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            if !state.isCancelled { state.cancels.append(cancel) }
            return state.isCancelled
        }
        if isLate { cancel() }
    }
}
