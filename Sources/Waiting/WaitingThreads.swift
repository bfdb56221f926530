internal import Dispatch
internal import Locks

/// Lets a thread that may block wait for asynchronous work.
public enum WaitingThreads {
    /// Runs work on its own threads, so that it continues even if all threads of Swift's pool are
    /// blocked.
    public static let executor: any TaskExecutor = Executor()

    /// The pending waits of threads, to be cancelled from anywhere.
    public final class Cancellation: Sendable {
        private struct State {
            var isCancelled = false
            var last = 0
            var cancels: [Int: @Sendable () -> Void] = [:]
        }

        private let state = Locked(State())

        public init() {}

        public var isCancelled: Bool { state.withLock { $0.isCancelled } }

        /// Cancels all current and future waits.
        public func cancel() {
            let cancels = state.withLock { state in
                state.isCancelled = true
                return Array(state.cancels.values)
            }
            for cancel in cancels { cancel() }
        }

        fileprivate func add(_ cancel: @escaping @Sendable () -> Void) -> Int {
            let (number, isLate) = state.withLock { state in
                state.last += 1
                state.cancels[state.last] = cancel
                return (state.last, state.isCancelled)
            }
            if isLate { cancel() }
            return number
        }

        fileprivate func remove(_ number: Int) {
            state.withLock { _ = $0.cancels.removeValue(forKey: number) }
        }
    }

    public static func wait<Value: Sendable>(
        cancelledBy cancellation: Cancellation? = nil,
        _ work: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let pending = begin(work)
        let number = cancellation?.add { pending.cancel() }
        defer { if let number { cancellation?.remove(number) } }
        return try pending.wait()
    }

    /// Started work, to be awaited once.
    public struct Pending<Value: Sendable>: Sendable {
        fileprivate let task: Task<Void, Never>
        fileprivate let box: Box<Value>
        fileprivate let isDone: DispatchSemaphore

        public func wait() throws -> Value {
            isDone.wait()
            guard let outcome = box.result.withLock({ $0 }) else { throw CancellationError() }
            return try outcome.get()
        }

        public func cancel() { task.cancel() }
    }

    public static func begin<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) -> Pending<Value> {
        let box = Box<Value>()
        let isDone = DispatchSemaphore(value: 0)
        let task = Task(executorPreference: executor) {
            do {
                let value = try await work()
                box.result.withLock { $0 = .success(value) }
            } catch {
                box.result.withLock { $0 = .failure(error) }
            }
            isDone.signal()
        }
        return Pending(task: task, box: box, isDone: isDone)
    }

    fileprivate final class Box<Value: Sendable>: Sendable {
        let result = Locked<Result<Value, any Error>?>(nil)
    }

    private final class Executor: TaskExecutor {
        private let queue = DispatchQueue(label: "ferry.waiting", attributes: .concurrent)

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }
}
