import Locks

/// The progress of a read.
struct ReadProgress: Encodable, Sendable {
    /// The number of the read in its run.
    let read: Int
    var rows: Int64 = 0
    /// Bytes of the files, compressed where they are.
    var bytes: Int64 = 0
    /// Whether all of it is staged.
    var done = false
}

/// The progress of a task.
final class TransferProgress: Sendable {
    private struct State {
        var current: ReadProgress?
        var isReported = false
        /// Those that have ended since the last report.
        var ended: [ReadProgress] = []
    }

    private let state = Locked(State())
    /// Its current rate.
    let pace: Pace

    init(pace: Pace) {
        self.pace = pace
    }

    /// The number of the current read; nil before the first.
    var read: Int? { state.withLock { $0.current?.read } }

    func begin(read: Int) {
        state.withLock {
            $0.current = ReadProgress(read: read)
            $0.isReported = false
        }
    }

    /// - Parameter bytes: Written to the read's files.
    func add(rows: Int = 0, bytes: Int = 0) {
        state.withLock {
            $0.current?.rows += Int64(rows)
            $0.current?.bytes += Int64(bytes)
            $0.isReported = false
        }
    }

    /// - Parameter bytes: Of all files of the read.
    func end(rows: Int64, bytes: Int64) {
        state.withLock {
            guard var read = $0.current else { return }
            (read.rows, read.bytes, read.done) = (rows, bytes, true)
            $0.ended.append(read)
            $0.current = read
            $0.isReported = true
        }
    }

    /// The unreported progress; it counts as reported afterwards.
    func takeNews() -> [ReadProgress] {
        state.withLock {
            var news = $0.ended
            $0.ended = []
            if let current = $0.current, !$0.isReported { news.append(current) }
            $0.isReported = true
            return news
        }
    }
}
