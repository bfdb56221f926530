internal import Dispatch
internal import Locks

/// Lets a thread that may block wait for asynchronous work.
enum WaitingThreads {
    /// Runs work on threads of its own, so that it goes on even if all threads of Swift's pool
    /// are blocked.
    static let executor: any TaskExecutor = Executor()

    static func wait<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let box = Box<Value>()
        let isDone = DispatchSemaphore(value: 0)
        Task(executorPreference: executor) {
            do {
                let value = try await work()
                box.result.withLock { $0 = .success(value) }
            } catch {
                box.result.withLock { $0 = .failure(error) }
            }
            isDone.signal()
        }
        isDone.wait()
        guard let outcome = box.result.withLock({ $0 }) else { throw CancellationError() }
        return try outcome.get()
    }

    private final class Box<Value: Sendable>: Sendable {
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
