internal import Foundation
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Named places at which a test can kill the process, to see what a crash leaves behind.
///
/// Only in debug builds, and only when the environment variable `FERRY_FAILPOINT` names the
/// place: `publish.before_rename`, or `publish.before_rename@3` for the third time it is reached.
public enum Failpoint {
    #if DEBUG
        private static let armed: (name: String, count: Int)? = {
            guard let text = ProcessInfo.processInfo.environment["FERRY_FAILPOINT"] else {
                return nil
            }
            let parts = text.split(separator: "@", maxSplits: 1)
            guard let name = parts.first else { return nil }
            return (String(name), parts.count == 2 ? Int(parts[1]) ?? 1 : 1)
        }()
        private static let timesReached = Mutex(0)
    #endif

    /// Ends the process with SIGKILL if this is the place and the time.
    public static func reach(_ name: String) {
        #if DEBUG
            guard let armed, armed.name == name else { return }
            let isDue = timesReached.withLock { times in
                times += 1
                return times == armed.count
            }
            if isDue { kill(getpid(), SIGKILL) }
        #endif
    }
}
