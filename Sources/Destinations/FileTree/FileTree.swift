/// A tree of files as POSIX has it: what a delivery is assembled in, and becomes visible in by one
/// `rename` of its folder.
///
/// Paths are absolute. All calls block. They throw ``DestinationError``: `notFound` for what is
/// not there.
protocol FileTree {
    /// What is at a path, without following a link; nil for nothing.
    func entry(at path: String) throws -> FileTreeEntry?

    /// The names in a folder, in no order; none where there is no such folder.
    func names(in path: String) throws -> [String]

    /// Makes each of `components` below `root`, where it is missing. What exists must be a folder;
    /// a symbolic link could lead out of `root`.
    func createDirectories(_ components: [String], below root: String) throws

    /// Creates a durable file that must not exist. On failure nothing stays.
    func createFile(_ path: String, bytes: [UInt8]) throws

    /// All bytes of a regular file.
    func read(_ path: String) throws -> [UInt8]

    /// Renames a file or a folder in one step, of which no reader sees the middle. An empty folder
    /// is no obstacle for a folder. A file may be replaced, or be an obstacle.
    func rename(_ source: String, to target: String) throws

    /// Puts a file in the place of another, or where there is none, unless the other ranks as high.
    /// Of several processes that do so at once, the one with the highest rank prevails.
    ///
    /// - Parameters:
    ///   - staging: Where a file may be needed for it.
    ///   - rank: That of a file's content.
    func replaceFile(
        _ path: String, with bytes: [UInt8], staging: FileTreeStaging, rank: ([UInt8]) -> Int64
    ) throws

    /// Removes a file, or a folder with all that is in it. Follows no link; what another process
    /// removes meanwhile is as good.
    func remove(_ path: String) throws

    /// Removes a folder, unless anything is in it.
    func removeIfEmpty(_ path: String)

    /// Waits until the names in these folders are on the medium, as far as that can be had.
    ///
    /// - Parameter staging: Where a file may be needed for it.
    func synchronizeDirectories(_ paths: [String], staging: FileTreeStaging) throws
}

enum FileTreeEntry: Equatable {
    case directory
    case file(bytes: Int64)
    /// A link, a device …
    case other
}
