import Destinations
import Dispatch
import Formats
import Locks
import Postgres

/// Encodes, compresses and writes one file on a thread of its own, while the next bytes are read.
///
/// At most two chunks are queued, and a large one alone: a slow destination slows the reader down
/// instead of filling memory.
final class FileSink: @unchecked Sendable {
    // Sendable because writer and stages are only used on the queue.

    /// A chunk of this many bytes is written before anything else is kept in memory.
    private static let largeBytes = 8 << 20
    /// Writers may copy their input.
    private static let bytesAtOnceMax = 4 << 20

    private let writer: any StagedFileWriter
    /// The stages of the bytes, in order, before they are written.
    private let stages: [any FileStage]
    private let progress: TransferProgress?
    private let queue = DispatchQueue(label: "ferry-file")
    private let places = DispatchSemaphore(value: 2)
    private let failure = Locked<(any Error)?>(nil)

    init(
        _ writer: any StagedFileWriter, through stages: [any FileStage],
        progress: TransferProgress?
    ) {
        self.writer = writer
        self.progress = progress
        self.stages = stages
        // Otherwise a writer that waits for a hanging server would keep its thread and the task.
        progress?.pace.onCancel { [weak writer] in writer?.cancel() }
    }

    /// Queues the next rows of the file. Blocks the calling thread while two chunks are queued;
    /// with a large one until it is written.
    ///
    /// - Throws: What this or an earlier write threw.
    func submit(_ rows: RowBytes) throws {
        guard rows.count >= Self.largeBytes else {
            return try enqueue { try rows.withUnsafeBytes(self.process) }
        }
        for _ in 0..<2 { places.wait() }
        defer { for _ in 0..<2 { places.signal() } }
        queue.sync { record { try rows.withUnsafeBytes(process) } }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Queues the next bytes of the file. Blocks the calling thread while two chunks are queued.
    ///
    /// - Throws: What an earlier write threw.
    func submit(_ bytes: [UInt8]) throws {
        try enqueue { try bytes.withUnsafeBytes(self.process) }
    }

    private func enqueue(_ write: @escaping @Sendable () throws -> Void) throws {
        places.wait()
        if let error = failure.withLock({ $0 }) {
            places.signal()
            throw error
        }
        queue.async { [self] in
            defer { places.signal() }
            record(write)
        }
    }

    /// Writes the remaining bytes and makes the file durable.
    func finish() async throws -> WrittenFile {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                if let error = failure.withLock({ $0 }) {
                    continuation.resume(throwing: error)
                    return
                }
                continuation.resume(
                    with: Result {
                        try finish(stages[...])
                        return try writer.finish()
                    })
            }
        }
    }

    /// Removes the file, once what is being written has been.
    func abandon() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                writer.abandon()
                continuation.resume()
            }
        }
    }

    private func process(_ bytes: UnsafeRawBufferPointer) throws {
        if failure.withLock({ $0 != nil }) { return }
        try pass(bytes, through: stages[...])
    }

    private func pass(
        _ bytes: UnsafeRawBufferPointer, through stages: ArraySlice<any FileStage>
    ) throws {
        guard let stage = stages.first else { return try write(bytes) }
        try stage.process(bytes) { try pass($0, through: stages.dropFirst()) }
    }

    private func finish(_ stages: ArraySlice<any FileStage>) throws {
        guard let stage = stages.first else { return }
        try stage.finish { try pass($0, through: stages.dropFirst()) }
        try finish(stages.dropFirst())
    }

    private func write(_ buffer: UnsafeRawBufferPointer) throws {
        var rest = buffer
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(
                rebasing: rest.prefix(
                    min(progress?.pace.bytesAtOnceMax ?? .max, Self.bytesAtOnceMax)))
            try progress?.pace.pass(piece.count)
            try writer.write(piece)
            progress?.add(bytes: piece.count)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
        }
    }

    private func record(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            failure.withLock { $0 = $0 ?? error }
        }
    }
}
