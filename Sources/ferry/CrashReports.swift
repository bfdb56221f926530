import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What happens when the process crashes.
///
/// Swift's runtime on Linux writes a report with a backtrace before the process ends. For a
/// program of this size that can take half a minute, in which the process keeps all its sessions
/// and locks, so that no other worker takes over its work. The error message is written in any
/// case.
enum CrashReports {
    /// Ends the process immediately when it crashes, unless the environment variable
    /// `SWIFT_BACKTRACE` configures a report.
    static func skipUnlessWanted() {
        guard ProcessInfo.processInfo.environment["SWIFT_BACKTRACE"] == nil else { return }
        // Those for which the runtime has installed its handler.
        for number in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP] {
            signal(number, SIG_DFL)
        }
    }
}
