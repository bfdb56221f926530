/// A POSIX file tree: a delivery is assembled in it, and becomes visible by one `rename` of its
/// folder.
///
/// Paths are absolute. All calls block. They throw ``DestinationError``: `notFound` for missing
/// files.
protocol FileTree {
    /// The type of the entry at a path, without following a link; nil for none.
    func entry(at path: String) throws -> FileTreeEntry?

    /// The names in a folder, unordered; empty if there is no such folder.
    func names(in path: String) throws -> [String]

    /// Creates each missing one of `components` below `root`. Existing ones must be folders; a
    /// symbolic link could lead out of `root`.
    func createDirectories(_ components: [String], below root: String) throws

    /// Creates a durable file that must not exist. On failure, nothing is left.
    func createFile(_ path: String, bytes: [UInt8]) throws

    /// All bytes of a regular file.
    func read(_ path: String) throws -> [UInt8]

    /// Renames a file or a folder atomically. An empty folder does not prevent the renaming of a
    /// folder. An existing file may be replaced, or cause an error.
    func rename(_ source: String, to target: String) throws

    /// Replaces a file, or creates it, unless the existing one has the same or a higher rank. Of
    /// several concurrent processes, the one with the highest rank wins.
    ///
    /// - Parameters:
    ///   - staging: Where a temporary file can be created.
    ///   - rank: That of a file's content.
    func replaceFile(
        _ path: String, with bytes: [UInt8], staging: FileTreeStaging, rank: ([UInt8]) -> Int64
    ) throws

    /// Removes a file, or a folder with its contents. Follows no links; files removed by another
    /// process meanwhile are fine.
    func remove(_ path: String) throws

    /// Removes a folder if it is empty.
    func removeIfEmpty(_ path: String)

    /// Waits until the names in these folders are on the medium, as far as possible.
    ///
    /// - Parameter staging: Where a temporary file can be created.
    func synchronizeDirectories(_ paths: [String], staging: FileTreeStaging) throws
}

enum FileTreeEntry: Equatable {
    case directory
    case file(bytes: Int64)
    /// A link, a device …
    case other
}
