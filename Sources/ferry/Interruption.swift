import Dispatch
import Foundation

/// Ends the program at SIGINT, SIGTERM or SIGHUP, after putting the terminal right.
enum Interruption {
    /// - Parameter farewell: What to write to the terminal first; must not depend on anything
    ///   that may be stuck.
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
                let bytes = Array(farewell.utf8)
                // A terminal that takes nothing must not keep the program.
                var ready = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                if poll(&ready, 1, 100) == 1 {
                    _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
                }
                _exit(status)
            }
            source.resume()
            return source
        }
    }
}
