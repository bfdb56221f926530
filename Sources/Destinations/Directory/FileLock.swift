internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A lock that only one process can hold, on all machines that share the file system. It ends with
/// the process, however that ends.
///
/// On a file system without locks, every process gets it.
struct FileLock {
    private let path: String
    private let descriptor: Int32

    /// How long to wait for the holder: each needs only milliseconds.
    private static let patience = Duration.seconds(10)

    /// Waits for the lock. Blocks.
    ///
    /// - Parameter path: A file that exists only for the lock, and only while it is held.
    init(at path: String) throws {
        self.path = path
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o640)
            if descriptor < 0 { throw SystemCallError(path) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                // The previous holder may have removed the file since it was opened.
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
        // While it is still ours: afterwards no other process can hold it by this file.
        unlink(path)
        close(descriptor)
    }

    private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var (ours, there) = (stat(), stat())
        return fstat(descriptor, &ours) == 0 && lstat(path, &there) == 0
            && ours.st_ino == there.st_ino && ours.st_dev == there.st_dev
    }
}
