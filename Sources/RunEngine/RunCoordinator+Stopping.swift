import Lifecycle
import Postgres

extension RunCoordinator {
    /// Does what may take long before tasks are offered, and ends it when the run is told to stop.
    ///
    /// - Throws: ``StopRequested``, and what the body throws.
    func unlessStopped<Value: Sendable>(
        _ run: ClaimedRun, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !Task.isCancelled {
                    let seen = bell.rings
                    if try await store.standing(of: run)?.state == .stopping {
                        throw StopRequested()
                    }
                    await bell.wait(after: seen, atMost: .seconds(1))
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
