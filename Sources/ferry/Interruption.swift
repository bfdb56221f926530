import Dispatch
import Foundation

/// Ends the program at SIGINT, SIGTERM or SIGHUP, after restoring the terminal.
enum Interruption {
    /// - Parameter farewell: What to write to the terminal first; must not depend on anything that
    ///   may hang.
    /// - Parameter tidy: Called before that with the signal's number; returns the exit status.
    static func handle(
        farewell: String, tidy: @escaping @Sendable (Int32) -> Int32 = { 128 + $0 }
    ) -> [any DispatchSourceSignal] {
        // One after the other: a second signal must not cut short what the first one does.
        let queue = DispatchQueue(label: "ferry.interruption", qos: .userInteractive)
        return [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let status = tidy(number)
                say(farewell)
                _exit(status)
            }
            source.resume()
            return source
        }
    }

    /// Lets the program end in order at the first of these signals; the second ends it immediately.
    ///
    /// - Parameter begin: Called at the first, with its number.
    static func handle(_ begin: @escaping @Sendable (Int32) -> Void) -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "ferry.interruption", qos: .userInteractive)
        // Only ever used on that queue.
        nonisolated(unsafe) var isEnding = false
        return [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if isEnding { _exit(128 + number) }
                isEnding = true
                begin(number)
            }
            source.resume()
            return source
        }
    }

    /// Restores the terminal before Ctrl-Z stops the program.
    ///
    /// - Parameters:
    ///   - farewell: As for ``handle(farewell:tidy:)``.
    ///   - resumed: Called when the program continues, however it was stopped.
    /// - Returns: The handler to cancel when the terminal no longer needs it.
    static func handleStop(
        farewell: String, resumed: @escaping @Sendable () -> Void
    ) -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "ferry.stop", qos: .userInteractive)
        signal(SIGTSTP, SIG_IGN)
        let stop = DispatchSource.makeSignalSource(signal: SIGTSTP, queue: queue)
        stop.setEventHandler {
            say(farewell)
            // The signal itself is handled; this one cannot be. A session leader has no shell that
            // could continue it.
            if getsid(0) != getpid() { kill(getpid(), SIGSTOP) }
        }
        stop.setCancelHandler { signal(SIGTSTP, SIG_DFL) }
        let resume = DispatchSource.makeSignalSource(signal: SIGCONT, queue: queue)
        resume.setEventHandler(handler: resumed)
        for source in [stop, resume] { source.resume() }
        return [stop, resume]
    }

    private static func say(_ farewell: String) {
        let bytes = Array(farewell.utf8)
        // A blocked terminal must not keep the program from ending.
        var ready = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        if poll(&ready, 1, 100) == 1 {
            _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        }
    }
}
