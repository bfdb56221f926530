import Locks

/// The current tasks of this worker, for progress reports and for cancelling those that it has
/// lost.
public final class ActiveTasks: Sendable {
    private struct Entry: Sendable {
        let task: ClaimedTask
        let progress: TransferProgress
        let cancel: @Sendable () -> Void
    }

    private let entries = Locked<[Int64: Entry]>([:])

    public init() {}

    func begin(
        _ task: ClaimedTask, _ progress: TransferProgress, cancel: @escaping @Sendable () -> Void
    ) {
        entries.withLock {
            $0[task.token] = Entry(task: task, progress: progress, cancel: cancel)
        }
    }

    func end(_ task: ClaimedTask) {
        entries.withLock { _ = $0.removeValue(forKey: task.token) }
    }

    /// The progress of a task: its reads with new values.
    public struct Report: Encodable, Sendable {
        public let run: Int64
        public let number: Int
        public let token: Int64
        let reads: [ReadProgress]
    }

    /// The changes since the last call.
    public func takeReports() -> [Report] {
        entries.withLock { entries in
            entries.values.map { entry in
                Report(
                    run: entry.task.run, number: entry.task.number, token: entry.task.token,
                    reads: entry.progress.takeNews())
            }
        }
    }

    /// Sets the rates of the live tasks, and cancels the others.
    ///
    /// - Parameter live: By token, the bytes per second that a task may write; nil for no limit.
    public func direct(_ reported: [Report], _ live: [Int64: Int64?]) {
        let cancels = entries.withLock { entries in
            reported.compactMap { report -> (@Sendable () -> Void)? in
                guard let rate = live[report.token] else { return entries[report.token]?.cancel }
                entries[report.token]?.progress.pace.set(rate: rate)
                return nil
            }
        }
        for cancel in cancels { cancel() }
    }
}
