internal import Crypto
internal import Dispatch
internal import Formats
internal import Locks
import Values

/// Writes a staged file of an SFTP destination, over a session of its own.
final class SFTPFileWriter: StagedFileWriter, @unchecked Sendable {
    /// Maximum number of unconfirmed bytes when ``write(_:)`` returns, so that the next ones need
    /// not wait for a round trip.
    private static let unconfirmedBytesMax = 2 * 1024 * 1024

    private let monitor = Monitor()
    private let tree: SFTPFileTree
    private let path: String
    /// Nil once the file is closed.
    private var handle: OpaquePointer?
    /// Begins with the unconfirmed bytes.
    private var pending: [UInt8] = []
    private var sha256 = SHA256()
    private var bytes: Int64 = 0
    private var failure: DestinationError?
    private let timer: any DispatchSourceTimer

    /// Takes ownership of the session. Opens `folder/name`, replacing an existing file.
    init(_ tree: SFTPFileTree, folder: String, name: String) throws {
        self.tree = tree
        path = folder + "/" + name
        // Never open an existing file: its readers must not see it change.
        try tree.remove(path)
        handle = try tree.create(path)
        timer = DispatchSource.makeTimerSource()
        let seconds = tree.session.timeouts.keepAlive / .seconds(1)
        timer.schedule(deadline: .now() + seconds, repeating: seconds)
        timer.setEventHandler { [weak self] in self?.keepAlive() }
        timer.activate()
    }

    deinit {
        timer.cancel()
        abandon()
    }

    /// The source of the bytes may pause for long.
    private func keepAlive() {
        // The holder of the lock is communicating with the server.
        monitor.lockedIfFree {
            if handle != nil { tree.session.keepAlive() }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try monitor.locked {
            let handle = try openHandle()
            pending.append(contentsOf: bytes)
            sha256.update(bufferPointer: bytes)
            self.bytes += Int64(bytes.count)
            try send(to: handle, leaving: Self.unconfirmedBytesMax)
        }
    }

    func finish() throws -> WrittenFile {
        try monitor.locked {
            let handle = try openHandle()
            try send(to: handle, leaving: 0)
            self.handle = nil
            do {
                try tree.finish(handle, path)
            } catch let error as DestinationError {
                throw fail(error)
            }
            tree.session.close()
            return WrittenFile(bytes: bytes, sha256: sha256.finalize().hexadecimal)
        }
    }

    func abandon() {
        monitor.locked {
            guard handle != nil else { return }
            discard()
        }
    }

    private func openHandle() throws -> OpaquePointer {
        if let failure { throw failure }
        guard let handle else {
            preconditionFailure("a finished or abandoned file was written to: \(shown(path))")
        }
        return handle
    }

    private func send(to handle: OpaquePointer, leaving bytesMax: Int) throws {
        var confirmed = 0
        defer { pending.removeFirst(confirmed) }
        while pending.count - confirmed > bytesMax {
            let count = pending.withUnsafeBytes {
                tree.write(UnsafeRawBufferPointer(rebasing: $0[confirmed...]), to: handle)
            }
            if count < 0 { throw fail(tree.error(after: Int32(count), .write, path)) }
            confirmed += count
        }
    }

    private func fail(_ error: DestinationError) -> DestinationError {
        if let failure { return failure }
        failure = error
        discard()
        return error
    }

    /// Removes the partial file, if the server still responds.
    private func discard() {
        if let handle { tree.close(handle) }
        handle = nil
        tree.unlink(path)
        tree.session.close()
    }
}
