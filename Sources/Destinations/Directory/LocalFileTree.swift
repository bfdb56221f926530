internal import Crypto
internal import Formats
internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The files of this machine, on behalf of a destination.
struct LocalFileTree: FileTree {
    /// The name of the destination, for messages.
    let destination: String
    var modes = FileModes()

    func entry(at path: String) throws -> FileTreeEntry? {
        try convertingErrors {
            switch try FileSystem.kind(of: path) {
            case nil: nil
            case S_IFDIR: .directory
            case S_IFREG: try FileSystem.size(of: path).map { .file(bytes: $0) }
            default: .other
            }
        }
    }

    func names(in path: String) throws -> [String] {
        try convertingErrors { try FileSystem.names(in: path) }
    }

    func createDirectories(_ components: [String], below root: String) throws {
        try convertingErrors { try FileSystem.createDirectories(components, below: root, modes) }
    }

    func createFile(_ path: String, bytes: [UInt8]) throws {
        try convertingErrors { try FileSystem.createFile(path, bytes: bytes, modes) }
    }

    func read(_ path: String) throws -> [UInt8] {
        try convertingErrors { try FileSystem.read(path) }
    }

    func rename(_ source: String, to target: String) throws {
        try convertingErrors { try FileSystem.rename(source, to: target) }
    }

    func replaceFile(
        _ path: String, with bytes: [UInt8], staging: FileTreeStaging, rank: ([UInt8]) -> Int64
    ) throws {
        if try isRanked(path, as: bytes, rank) { return }
        try convertingErrors {
            try createDirectories([FileTreeStaging.name], below: staging.root)
            // One for all runs to this location, with a name that users cannot choose.
            let name = SHA256.hash(data: Array(path.utf8)).prefix(8).hexadecimal
            let lock = try FileLock(at: "\(staging.root)/\(FileTreeStaging.name)/.lock-\(name)")
            defer { lock.release() }
            if try isRanked(path, as: bytes, rank) { return }
            try staging.createRun()
            let temporary = staging.path + "/.new-" + UUID().uuidString
            try createFile(temporary, bytes: bytes)
            do {
                try rename(temporary, to: path)
            } catch {
                try? remove(temporary)
                throw error
            }
            removeIfEmpty(staging.path)
        }
    }

    private func isRanked(
        _ path: String, as bytes: [UInt8], _ rank: ([UInt8]) -> Int64
    ) throws -> Bool {
        guard case .file = try entry(at: path) else { return false }
        return rank(try read(path)) >= rank(bytes)
    }

    func remove(_ path: String) throws {
        try convertingErrors { try FileSystem.remove(path) }
    }

    func removeIfEmpty(_ path: String) {
        rmdir(path)
    }

    func synchronizeDirectories(_ paths: [String], staging: FileTreeStaging) throws {
        try convertingErrors {
            for path in paths { try FileSystem.synchronizeDirectory(path) }
        }
    }

    private func convertingErrors<Result>(_ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let error as SystemCallError {
            throw error.asDestinationError(of: destination)
        }
    }
}
