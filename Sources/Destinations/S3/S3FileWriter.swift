internal import Crypto
internal import Formats
internal import Locks
internal import NIOCore
import Values
import Waiting

/// Writes a staged file to S3: in one request if it is small, otherwise in parts, a few of which
/// are sent while the next fills.
final class S3FileWriter: StagedFileWriter {
    private struct State {
        var buffer = ByteBuffer()
        var sha256 = SHA256()
        var bytes: Int64 = 0
        var upload: S3Upload?
        var underWay: [Task<S3Part, any Error>] = []
        var parts: [S3Part] = []
        var isClosed = false
        var failure: DestinationError?

        var nextPart: Int { parts.count + underWay.count + 1 }
    }

    private let client: S3Client
    private let key: String
    /// Not under the lock of the state, which is held while waiting.
    private let cancellation = WaitingThreads.Cancellation()
    private let state = Locked(State())

    init(client: S3Client, key: String) {
        self.client = client
        self.key = key
    }

    deinit {
        // Not `abandon`, which blocks: the releasing thread may not be allowed to.
        let left = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed ? nil : (state.upload, state.underWay)
        }
        guard let left else { return }
        left.1.forEach { $0.cancel() }
        guard let upload = left.0 else { return }
        let client = client
        Task(executorPreference: WaitingThreads.executor) { try? await client.abort(upload) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { state in
            try checkOpen(state)
            state.sha256.update(bufferPointer: bytes)
            state.bytes += Int64(bytes.count)
            var rest = bytes[...]
            while !rest.isEmpty {
                let partBytes = S3PartSizes.bytes(ofPart: state.nextPart)
                // Sent only when more bytes follow, so that a file that fits into one part is one
                // request.
                if state.buffer.readableBytes == partBytes { try sendPart(&state) }
                let room = partBytes - state.buffer.readableBytes
                state.buffer.writeBytes(UnsafeRawBufferPointer(rebasing: rest.prefix(room)))
                rest = rest.dropFirst(room)
            }
        }
    }

    func finish() throws -> WrittenFile {
        try state.withLock { state in
            try checkOpen(state)
            let sha256 = state.sha256.finalize().hexadecimal
            if state.upload == nil {
                let (client, key, body) = (client, key, state.buffer)
                try waiting(&state) {
                    try await client.put(
                        key, body, headers: [(S3Object.sha256Header, sha256)])
                }
            } else {
                try sendPart(&state)
                while !state.underWay.isEmpty { try collectPart(&state) }
                if let upload = state.upload {
                    let (client, parts, bytes) = (client, state.parts, state.bytes)
                    try waiting(&state) {
                        try await client.complete(upload, parts, bytes: bytes)
                    }
                }
            }
            state.isClosed = true
            state.buffer = ByteBuffer()
            return WrittenFile(bytes: state.bytes, sha256: sha256)
        }
    }

    func abandon() {
        state.withLock { state in
            if !state.isClosed { close(&state) }
        }
    }

    func cancel() { cancellation.cancel() }

    private func checkOpen(_ state: borrowing State) throws {
        if cancellation.isCancelled { throw CancellationError() }
        if let failure = state.failure { throw failure }
        precondition(!state.isClosed, "a finished or abandoned file was written to: \(shown(key))")
    }

    private func sendPart(_ state: inout State) throws {
        let (client, key) = (client, key)
        if state.upload == nil {
            state.upload = try waiting(&state) { try await client.createUpload(key) }
        }
        let isLarge = state.buffer.readableBytes > S3PartSizes.smallest
        while state.underWay.count >= (isLarge ? 1 : 2) { try collectPart(&state) }
        guard let upload = state.upload else { return }
        let (number, body) = (state.nextPart, state.buffer)
        // A new buffer, as the old one is read while it is sent.
        state.buffer = ByteBuffer()
        state.underWay.append(
            Task(executorPreference: WaitingThreads.executor) {
                try await client.put(part: number, body, to: upload)
            })
    }

    private func collectPart(_ state: inout State) throws {
        let task = state.underWay[0]
        let part = try waiting(&state) {
            try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        }
        state.underWay.removeFirst()
        state.parts.append(part)
    }

    private func waiting<Value: Sendable>(
        _ state: inout State, _ work: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        do {
            return try WaitingThreads.wait(cancelledBy: cancellation, work)
        } catch {
            if cancellation.isCancelled {
                close(&state)
                throw CancellationError()
            }
            let failure = client.asDestinationError(error, key)
            state.failure = failure
            close(&state)
            throw failure
        }
    }

    /// Stops pending requests, and aborts the upload.
    private func close(_ state: inout State) {
        state.isClosed = true
        state.buffer = ByteBuffer()
        let underWay = state.underWay
        underWay.forEach { $0.cancel() }
        guard let upload = state.upload else { return }
        let client = client
        let ending: @Sendable () async throws -> Void = {
            // A part that arrives after the end of its upload would stay forever.
            for task in underWay { _ = try? await task.value }
            try await client.abort(upload)
        }
        if cancellation.isCancelled {
            // The service may not answer, so this is not awaited.
            Task(executorPreference: WaitingThreads.executor) { try? await ending() }
        } else {
            try? WaitingThreads.wait(ending)
        }
    }
}

/// The part sizes of a file.
///
/// A file has at most 10,000 parts. Small parts save memory, and most services accept them; they
/// grow so that 10,000 reach the largest object size, 5 TiB.
enum S3PartSizes {
    static let smallest = 8 << 20

    /// - Parameter number: From 1 on.
    static func bytes(ofPart number: Int) -> Int {
        switch number {
        case ...1000: smallest  // up to 7.8 GiB
        case ...2000: 32 << 20  // up to 39 GiB
        case ...4000: 128 << 20  // up to 289 GiB
        default: 850 << 20
        }
    }
}
