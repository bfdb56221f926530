#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The files of this machine, on behalf of a destination.
struct LocalFileTree: FileTree {
    /// The name of the destination, for messages.
    let destination: String

    func entry(at path: String) throws -> FileTreeEntry? {
        try telling {
            switch try FileSystem.kind(of: path) {
            case nil: nil
            case S_IFDIR: .directory
            case S_IFREG: try FileSystem.size(of: path).map { .file(bytes: $0) }
            default: .other
            }
        }
    }

    func names(in path: String) throws -> [String] {
        try telling { try FileSystem.names(in: path) }
    }

    func createDirectories(_ components: [String], below root: String) throws {
        try telling { try FileSystem.createDirectories(components, below: root) }
    }

    func createFile(_ path: String, bytes: [UInt8]) throws {
        try telling { try FileSystem.createFile(path, bytes: bytes) }
    }

    func read(_ path: String) throws -> [UInt8] {
        try telling { try FileSystem.read(path) }
    }

    func rename(_ source: String, to target: String) throws {
        try telling { try FileSystem.rename(source, to: target) }
    }

    func remove(_ path: String) throws {
        try telling { try FileSystem.remove(path) }
    }

    func removeIfEmpty(_ path: String) {
        rmdir(path)
    }

    func synchronizeDirectories(_ paths: [String]) throws {
        try telling {
            for path in paths { try FileSystem.synchronizeDirectory(path) }
        }
    }

    private func telling<Result>(_ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let error as SystemCallError {
            throw error.asDestinationError(of: destination)
        }
    }
}
