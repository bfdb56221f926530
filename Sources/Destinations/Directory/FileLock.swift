internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A lock that one process has at a time, on all machines that share the file system. It ends
/// with the process, however that ends.
///
/// A file system that has no locks gives it to everybody.
struct FileLock {
    private let path: String
    private let descriptor: Int32

    /// How long to wait for a process that has it: each needs some milliseconds.
    private static let patience = Duration.seconds(10)

    /// Waits for the lock. Blocks.
    ///
    /// - Parameter path: A file that is there for the lock alone, and only while somebody has it.
    init(at path: String) throws {
        self.path = path
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o640)
            if descriptor < 0 { throw SystemCallError(path) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                // Whoever had it before may have removed the file since it was opened.
                if Self.isSame(descriptor, path) {
                    self.descriptor = descriptor
                    return
                }
                close(descriptor)
                continue
            }
            let code = errno
            if [ENOLCK, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(code) {
                self.descriptor = descriptor
                return
            }
            close(descriptor)
            guard code == EWOULDBLOCK || code == EINTR, ContinuousClock.now < deadline else {
                throw SystemCallError(path, code: code)
            }
            usleep(2000)
        }
    }

    func release() {
        // While it is still ours: then nobody has it by this file any more.
        unlink(path)
        close(descriptor)
    }

    private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var (ours, there) = (stat(), stat())
        return fstat(descriptor, &ours) == 0 && lstat(path, &there) == 0
            && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev
    }
}
