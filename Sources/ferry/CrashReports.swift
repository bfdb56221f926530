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
/// program of this size that can take half a minute, in which all sessions and locks of the process
/// are held, so that nobody takes over its work. The message of the error is written in any case.
enum CrashReports {
    /// Ends the process at once when it crashes, unless the environment variable
    /// `SWIFT_BACKTRACE` says what is to be reported.
    static func skipUnlessWanted() {
        guard ProcessInfo.processInfo.environment["SWIFT_BACKTRACE"] == nil else { return }
        // Those for which the runtime has installed its handler.
        for number in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP] {
            signal(number, SIG_DFL)
        }
    }
}
