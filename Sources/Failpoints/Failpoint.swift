import Foundation
import Locks

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Named places where a test can kill or freeze the process, to check the consequences.
///
/// Only in builds with the package's trait `Testable`, and only when the environment variable
/// `FERRY_FAILPOINT` names the place: `publish.before_rename`, or
/// `publish.before_rename@3` for the third time it is reached.
/// With `:stop` at the end the process freezes there until it receives SIGCONT.
public enum Failpoint {
    #if Testable
        private struct Armed {
            let name: String
            let count: Int
            let signal: Int32

            init?(_ text: String) {
                let isStop = text.hasSuffix(":stop")
                signal = isStop ? SIGSTOP : SIGKILL
                let parts = (isStop ? text.dropLast(":stop".count) : text[...])
                    .split(separator: "@", maxSplits: 1)
                guard let name = parts.first else { return nil }
                self.name = String(name)
                count = parts.count == 2 ? Int(parts[1]) ?? 1 : 1
            }
        }

        private static let armed = ProcessInfo.processInfo.environment["FERRY_FAILPOINT"]
            .flatMap(Armed.init)
        private static let timesReached = Locked(0)
    #endif

    /// Sends this process the signal if this is the place and the time.
    public static func reach(_ name: String) {
        #if Testable
            guard let armed, armed.name == name else { return }
            let isDue = timesReached.withLock { times in
                times += 1
                return times == armed.count
            }
            // To this thread: a signal to the process may stop another thread first, while this one
            // continues for a moment.
            if isDue { raise(armed.signal) }
        #endif
    }
}
