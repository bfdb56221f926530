internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A system call that failed, on which path, and why.
struct SystemCallError: Error {
    let path: String
    let code: Int32
    /// The setting whose mode could not be set; nil for other calls.
    let setting: String?

    /// The error of the last system call.
    init(_ path: String, code: Int32 = errno, setting: String? = nil) {
        self.path = path
        self.code = code
        self.setting = setting
    }

    func asDestinationError(of destination: String) -> DestinationError {
        if let setting, [EPERM, EACCES, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(code) {
            return .notAllowed(
                destination: destination, path: path,
                rule: "the file system rejected the mode of \(setting) ("
                    + String(cString: strerror(code))
                    + "). Omit \(setting) to use the file system's default")
        }
        return withoutSetting(of: destination)
    }

    private func withoutSetting(of destination: String) -> DestinationError {
        switch code {
        case EACCES, EPERM, EROFS: .accessDenied(destination: destination, path: path)
        case ENOENT, ENOTDIR: .notFound(destination: destination, path: path)
        case ENOSPC, EDQUOT: .full(destination: destination, path: path)
        case ELOOP, ENAMETOOLONG, EXDEV, EFBIG, EISDIR, EEXIST, ENOTEMPTY:
            .notAllowed(
                destination: destination, path: path,
                rule: String(cString: strerror(code))
                    + ". Correct the destination's path, or move the conflicting file")
        default:
            .unavailable(
                destination: destination, path: path, reason: String(cString: strerror(code)))
        }
    }
}

/// The file operations of deliveries. All block.
enum FileSystem {
    /// Creates each missing one of `components` below `root`, durably.
    ///
    /// Existing ones must be directories; a symbolic link could lead out of `root`.
    static func createDirectories(
        _ components: [String], below root: String, _ modes: FileModes = FileModes()
    ) throws {
        var path = root
        for component in components {
            let parent = path
            path += "/" + component
            if mkdir(path, mode_t(modes.ofNewFolder)) == 0 {
                if let mode = modes.folder { try setMode(mode_t(mode), ofFolder: path) }
                try synchronizeDirectory(parent)
            } else if errno != EEXIST {
                throw SystemCallError(path)
            } else if try kind(of: path) != S_IFDIR {
                throw SystemCallError(path, code: EEXIST)
            }
        }
    }

    private static func setMode(_ mode: mode_t, ofFolder path: String) throws {
        // By descriptor: a link in its place is not followed.
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor < 0 { throw SystemCallError(path) }
        defer { close(descriptor) }
        var status = stat()
        // New files may inherit the group of their folder, which is kept.
        guard fstat(descriptor, &status) == 0,
            fchmod(descriptor, mode | status.st_mode & 0o7000) == 0
        else {
            let error = SystemCallError(path, setting: "folder_mode")
            rmdir(path)
            throw error
        }
    }

    /// Creates a file that must not exist, for writing.
    static func create(_ path: String, _ modes: FileModes = FileModes()) throws -> Int32 {
        let descriptor = open(
            path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(modes.ofNewFile))
        if descriptor < 0 { throw SystemCallError(path) }
        if let mode = modes.file, fchmod(descriptor, mode_t(mode)) != 0 {
            let error = SystemCallError(path, setting: "file_mode")
            close(descriptor)
            unlink(path)
            throw error
        }
        return descriptor
    }

    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at path: String)
        throws
    {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            #if canImport(Glibc)
                let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
            #else
                let count = Darwin.write(descriptor, piece.baseAddress, piece.count)
            #endif
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw SystemCallError(path)
            }
        }
    }

    /// Creates a durable file with the given bytes. On failure, nothing is left.
    static func createFile(
        _ path: String, bytes: [UInt8], _ modes: FileModes = FileModes()
    ) throws {
        let descriptor = try create(path, modes)
        defer { close(descriptor) }
        do {
            try bytes.withUnsafeBytes { try write($0, to: descriptor, at: path) }
            try synchronize(descriptor, at: path)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// All bytes of a regular file.
    static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if descriptor < 0 { throw SystemCallError(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, &buffer, buffer.count)
            #else
                let count = Darwin.read(descriptor, &buffer, buffer.count)
            #endif
            if count == 0 { return bytes }
            if count > 0 {
                bytes += buffer[..<count]
            } else if errno != EINTR {
                throw SystemCallError(path)
            }
        }
    }

    /// Makes the system start writing a part of a file to the disk, without waiting.
    static func beginWriting(_ descriptor: Int32, from offset: Int64, count: Int64) {
        #if os(Linux)
            // Linux starts writing pages that it is told to drop. It is only a hint: the final
            // synchronization reports errors.
            _ = posix_fadvise(descriptor, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
        #endif
    }

    /// Waits until a file's bytes are on the medium.
    static func synchronize(_ descriptor: Int32, at path: String) throws {
        #if canImport(Darwin)
            // On Darwin, fsync leaves the bytes in the drive's cache.
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        while fsync(descriptor) != 0 {
            if errno != EINTR { throw SystemCallError(path) }
        }
    }

    /// Waits until the names in a directory are on the medium.
    static func synchronizeDirectory(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw SystemCallError(path) }
        defer { close(descriptor) }
        do {
            try synchronize(descriptor, at: path)
        } catch let error as SystemCallError where error.code == EINVAL || error.code == ENOTSUP {
            // Some network file systems cannot, and write names through immediately.
        }
    }

    static func rename(_ source: String, to target: String) throws {
        #if canImport(Glibc)
            let code = Glibc.rename(source, target)
        #else
            let code = Darwin.rename(source, target)
        #endif
        if code != 0 { throw SystemCallError(target) }
    }
}
