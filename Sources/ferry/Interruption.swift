import Dispatch
import Foundation

/// Ends the program at SIGINT or SIGTERM, after putting the terminal right.
enum Interruption {
    /// - Parameter farewell: What to write to the terminal first; must not depend on anything
    ///   that may be stuck.
    static func handle(farewell: String) -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(
                signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler {
                let bytes = Array(farewell.utf8)
                // A terminal that takes nothing must not keep the program.
                var ready = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                if poll(&ready, 1, 100) == 1 {
                    _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
                }
                _exit(128 + number)
            }
            source.resume()
            return source
        }
    }
}
