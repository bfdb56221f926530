import Destinations
import Dispatch
import Formats
import Locks

/// Encodes, compresses and writes one file on a thread of its own, while the next bytes are read.
///
/// At most two chunks wait: a slow destination slows the reader down instead of filling memory.
final class FileSink: @unchecked Sendable {
    // Sendable because writer and stages are only used on the queue.
    private let writer: any StagedFileWriter
    /// What the bytes go through, in order, before they are written.
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
        // Else a writer that waits for a silent server would keep its thread, and the task.
        progress?.pace.onCancel { [weak writer] in writer?.cancel() }
    }

    /// Takes the next bytes of the file. Blocks the calling thread while two chunks wait.
    ///
    /// - Throws: What an earlier write threw.
    func submit(_ bytes: [UInt8]) throws {
        places.wait()
        if let error = failure.withLock({ $0 }) {
            places.signal()
            throw error
        }
        queue.async { [self] in
            defer { places.signal() }
            record { try self.process(bytes) }
        }
    }

    /// Writes what is left and makes the file durable.
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

    private func process(_ bytes: [UInt8]) throws {
        if failure.withLock({ $0 != nil }) { return }
        try bytes.withUnsafeBytes { try pass($0, through: stages[...]) }
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
                rebasing: rest.prefix(progress?.pace.bytesAtOnceMax ?? rest.count))
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
