import Synchronization

/// The tasks that this worker is carrying out, for progress reports and for cancelling those that
/// are no longer its own.
public final class ActiveTasks: Sendable {
    private struct Entry: Sendable {
        let task: ClaimedTask
        let progress: TransferProgress
        let cancel: @Sendable () -> Void
    }

    private let entries = Mutex<[Int64: Entry]>([:])

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

    /// How far each task is.
    public struct Report: Encodable, Sendable {
        public let run: Int64
        public let number: Int
        public let token: Int64
        public let rows: Int64
        public let bytes: Int64
    }

    public var reports: [Report] {
        entries.withLock { entries in
            entries.values.map { entry in
                Report(
                    run: entry.task.run, number: entry.task.number, token: entry.task.token,
                    rows: entry.progress.rows, bytes: entry.progress.bytes)
            }
        }
    }

    /// Cancels those of the reported tasks that are not to go on.
    public func cancel(_ reported: [Report], except live: Set<Int64>) {
        let cancels = entries.withLock { entries in
            reported.filter { !live.contains($0.token) }.compactMap { entries[$0.token]?.cancel }
        }
        for cancel in cancels { cancel() }
    }
}

/// How much of a table has been read and written.
final class TransferProgress: Sendable {
    private let rowCount = Atomic<Int64>(0)
    private let byteCount = Atomic<Int64>(0)

    var rows: Int64 { rowCount.load(ordering: .relaxed) }
    /// Bytes of the file, compressed where it is.
    var bytes: Int64 { byteCount.load(ordering: .relaxed) }

    func add(rows: Int, bytesInAll: Int64) {
        rowCount.add(Int64(rows), ordering: .relaxed)
        byteCount.store(bytesInAll, ordering: .relaxed)
    }
}
