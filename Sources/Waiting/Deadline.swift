import Locks

/// Limits the duration of work, even if it ignores cancellation.
public struct Deadline: Sendable {
    private let limit: Duration

    public init(_ limit: Duration) {
        self.limit = limit
    }

    /// Runs the work; after the time limit, cancels it without waiting for its end.
    ///
    /// - Returns: Nil when it timed out.
    /// - Throws: Errors of the work; `CancellationError`.
    public func run<T: Sendable>(
        _ work: @escaping @Sendable () async throws -> T
    ) async throws -> T? {
        let race = Race<T>()
        let working = Task {
            do {
                race.end(.success(try await work()))
            } catch {
                race.end(.failure(error))
            }
        }
        let limit = limit
        let timing = Task {
            try await Task.sleep(for: limit)
            race.end(.success(nil))
        }
        defer {
            working.cancel()
            timing.cancel()
        }
        return try await withTaskCancellationHandler {
            try await race.result()
        } onCancel: {
            race.end(.failure(CancellationError()))
        }
    }

    /// Runs the work; after the time limit, cancels it and waits for its end.
    ///
    /// - Returns: Nil when it timed out.
    /// - Throws: What the work throws.
    public func runToItsEnd<T: Sendable>(
        _ work: @escaping @Sendable () async throws -> T
    ) async throws -> T? {
        try await withThrowingTaskGroup(of: T?.self) { group in
            let limit = limit
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}

/// Takes the first of several results.
private final class Race<T: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<T?, any Error>)
        case ended(Result<T?, any Error>)
    }

    private let state = Locked(State.open)

    func result() async throws -> T? {
        try await withCheckedThrowingContinuation { continuation in
            let ended = state.withLock { state -> Result<T?, any Error>? in
                if case .ended(let result) = state { return result }
                state = .awaited(continuation)
                return nil
            }
            if let ended { continuation.resume(with: ended) }
        }
    }

    func end(_ result: Result<T?, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<T?, any Error>? in
            defer { if case .ended = state {} else { state = .ended(result) } }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(with: result)
    }
}
