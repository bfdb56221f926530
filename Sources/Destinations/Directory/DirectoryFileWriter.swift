internal import Crypto
internal import Formats
internal import Foundation
internal import Locks
import Values

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Writes a staged file of a directory destination.
final class DirectoryFileWriter: StagedFileWriter {
    private struct State {
        /// Nil once the file is closed.
        var descriptor: Int32?
        var sha256 = SHA256()
        var bytes: Int64 = 0
        /// How many of them were already submitted to the disk.
        var bytesOnTheirWay: Int64 = 0
        var failure: DestinationError?
    }

    /// How much is submitted to the disk at once while the file grows, so that finishing it is
    /// fast.
    private static let bytesAtOnce: Int64 = 8 << 20

    private let destination: String
    private let folder: String
    private let path: String
    private let state: Locked<State>

    /// Opens `folder/name`, replacing an existing file.
    init(destination: String, folder: String, name: String, modes: FileModes) throws {
        self.destination = destination
        self.folder = folder
        path = folder + "/" + name
        // Never open an existing file: its readers must not see it change.
        try FileSystem.remove(path)
        state = Locked(State(descriptor: try FileSystem.create(path, modes)))
    }

    deinit { abandon() }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { state in
            let descriptor = try openDescriptor(of: state)
            do {
                try FileSystem.write(bytes, to: descriptor, at: path)
            } catch let error as SystemCallError {
                throw fail(&state, error)
            }
            state.sha256.update(bufferPointer: bytes)
            state.bytes += Int64(bytes.count)
            if state.bytes - state.bytesOnTheirWay >= Self.bytesAtOnce {
                FileSystem.beginWriting(
                    descriptor, from: state.bytesOnTheirWay,
                    count: state.bytes - state.bytesOnTheirWay)
                state.bytesOnTheirWay = state.bytes
            }
        }
    }

    func finish() throws -> WrittenFile {
        try state.withLock { state in
            let descriptor = try openDescriptor(of: state)
            do {
                try FileSystem.synchronize(descriptor, at: path)
                state.descriptor = nil
                // Network file systems may report a lost write only now.
                if close(descriptor) != 0, errno != EINTR { throw SystemCallError(path) }
                try FileSystem.synchronizeDirectory(folder)
            } catch let error as SystemCallError {
                throw fail(&state, error)
            }
            return WrittenFile(
                bytes: state.bytes, sha256: state.sha256.finalize().hexadecimal)
        }
    }

    func abandon() {
        state.withLock { state in
            guard let descriptor = state.descriptor else { return }
            state.descriptor = nil
            close(descriptor)
            unlink(path)
        }
    }

    private func openDescriptor(of state: borrowing State) throws -> Int32 {
        if let failure = state.failure { throw failure }
        guard let descriptor = state.descriptor else {
            preconditionFailure("a finished or abandoned file was written to: \(shown(path))")
        }
        return descriptor
    }

    private func fail(_ state: inout State, _ error: SystemCallError) -> DestinationError {
        let failure = error.asDestinationError(of: destination)
        state.failure = failure
        if let descriptor = state.descriptor { close(descriptor) }
        state.descriptor = nil
        unlink(path)
        return failure
    }
}
