import Locks

/// The tasks that this worker is carrying out, for progress reports and for cancelling those that
/// are no longer its own.
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

    /// How far a task is: those of its reads about which there is something new.
    public struct Report: Encodable, Sendable {
        public let run: Int64
        public let number: Int
        public let token: Int64
        let reads: [ReadProgress]
    }

    /// What is new since this was asked the last time.
    public func takeReports() -> [Report] {
        entries.withLock { entries in
            entries.values.map { entry in
                Report(
                    run: entry.task.run, number: entry.task.number, token: entry.task.token,
                    reads: entry.progress.takeNews())
            }
        }
    }

    /// Lets the reported tasks go on at these rates, and cancels the others of them.
    ///
    /// - Parameter live: By token, the bytes that a task may write in a second; nil for any.
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
