internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension FileSystem {
    /// The type of the file at a path, without following a link: `S_IFREG`, `S_IFDIR` …; nil for
    /// nothing.
    static func kind(of path: String) throws -> mode_t? {
        try status(of: path).map { $0.st_mode & S_IFMT }
    }

    /// The size of a regular file; nil if there is none.
    static func size(of path: String) throws -> Int64? {
        guard let status = try status(of: path), status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Int64(status.st_size)
    }

    private static func status(of path: String) throws -> stat? {
        var status = stat()
        if lstat(path, &status) == 0 { return status }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw SystemCallError(path)
    }

    /// The resolved path; nil if it does not exist.
    static func resolved(_ path: String) throws -> String? {
        guard let resolved = realpath(path, nil) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw SystemCallError(path)
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The names in a directory, unordered; empty if there is no such directory.
    static func names(in path: String) throws -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw SystemCallError(path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                if errno != 0 { throw SystemCallError(path) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }

    /// Removes a file, or a directory with its contents. Follows no links; files removed by another
    /// process meanwhile are fine.
    static func remove(_ path: String) throws {
        if try kind(of: path) == S_IFDIR {
            for attempt in 1...3 {
                for name in try names(in: path) { try remove(path + "/" + name) }
                if rmdir(path) == 0 || errno == ENOENT { return }
                // A worker that lost its lease may have put another file there meanwhile.
                if errno != ENOTEMPTY && errno != EEXIST || attempt == 3 {
                    throw SystemCallError(path)
                }
            }
        } else if unlink(path) != 0, errno != ENOENT, errno != ENOTDIR {
            throw SystemCallError(path)
        }
    }
}
