import Destinations
import Dispatch
import Formats
import Synchronization

/// Compresses, hashes and writes one file on a thread of its own, while the next bytes are read.
///
/// At most two chunks wait: a slow destination slows the reader down instead of filling memory.
final class FileSink: @unchecked Sendable {
    // Sendable because writer and compressor are only used on the queue.
    private let writer: any StagedFileWriter
    private let compressor: (any Compressor)?
    private let queue = DispatchQueue(label: "ferry-file")
    private let places = DispatchSemaphore(value: 2)
    private let failure = Mutex<(any Error)?>(nil)
    private let written = Atomic<Int64>(0)

    init(_ writer: any StagedFileWriter, compressor: (any Compressor)?) {
        self.writer = writer
        self.compressor = compressor
    }

    /// Bytes that have gone into the file so far.
    var bytesWritten: Int64 { written.load(ordering: .relaxed) }

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
                        try compressor?.finish { try write($0) }
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
        try bytes.withUnsafeBytes { buffer in
            if let compressor {
                try compressor.compress(buffer) { try write($0) }
            } else {
                try write(buffer)
            }
        }
    }

    private func write(_ buffer: UnsafeRawBufferPointer) throws {
        try writer.write(buffer)
        written.add(Int64(buffer.count), ordering: .relaxed)
    }

    private func record(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            failure.withLock { $0 = $0 ?? error }
        }
    }
}
