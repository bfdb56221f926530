import Lifecycle
import Postgres
import Waiting

extension RunCoordinator {
    /// Runs long work, and ends it when the run is stopped or lost.
    ///
    /// - Throws: ``StopRequested``, ``ClaimLost``, and what the body throws.
    func unlessStopped<Value: Sendable>(
        _ run: ClaimedRun, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !Task.isCancelled {
                    let seen = signal.count
                    switch try await store.state(of: run) {
                    case nil: throw ClaimLost()
                    case .stopping: throw StopRequested()
                    default: break
                    }
                    await signal.wait(after: seen, atMost: .seconds(1))
                }
                return nil
            }
            defer { group.cancelAll() }
            // The watcher returns only when it is cancelled, together with the body.
            guard let value = try await group.next() ?? nil else { throw CancellationError() }
            return value
        }
    }
}
