import CLibPQ
import Foundation
import Locks

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Asks the server to cancel the current work of a connection, but no later work.
///
/// A cancel request names a backend, not a statement: one that is late would hit the next
/// statement. So each piece of work holds a ticket, and ``end(_:)`` waits for a pending request
/// before the connection may continue.
final class CancelGate: @unchecked Sendable {
    /// How often a request is repeated: one that overtakes its statement is ignored by the server.
    static let repeatInterval: Duration = .milliseconds(200)
    /// How long a server may take to react before the connection is cut.
    static let patience: Duration = .seconds(30)

    private let monitor = Monitor()
    private let handle: OpaquePointer?
    private let descriptor: Int32
    private var ticket: UInt64 = 0
    private var isRunning = false
    private var isRequested = false
    private var isSending = false

    /// - Parameter connection: An open libpq connection.
    init(_ connection: OpaquePointer) {
        handle = PQgetCancel(connection)
        descriptor = PQsocket(connection)
    }

    deinit { PQfreeCancel(handle) }

    /// Closes the gate: nothing is canceled any more, and the descriptor is no longer used.
    func close() {
        monitor.locked {
            isRunning = false
            ticket += 1
            monitor.broadcast()
        }
    }

    /// Starts a piece of work that can be canceled.
    func begin() -> UInt64 {
        monitor.locked {
            ticket += 1
            isRunning = true
            isRequested = false
            return ticket
        }
    }

    /// Ends a piece of work.
    ///
    /// - Returns: False when a cancel request hangs, so that it could still hit later work.
    func end(_ ended: UInt64) -> Bool {
        monitor.locked {
            guard ended == ticket else { return true }
            isRunning = false
            guard isRequested else { return true }
            monitor.broadcast()
            let deadline = ContinuousClock.now + .seconds(10)
            while isSending {
                if !monitor.wait(until: deadline) { return false }
            }
            return true
        }
    }

    /// Whether cancellation of this piece of work was requested.
    func isRequested(_ asked: UInt64) -> Bool {
        monitor.locked { asked == ticket && isRequested }
    }

    /// Cancels the work of this ticket, or any running work without one. Never blocks.
    func request(_ asked: UInt64? = nil) {
        let current: UInt64? = monitor.locked {
            guard isRunning, !isRequested, asked == nil || asked == ticket else { return nil }
            isRequested = true
            isSending = true
            return ticket
        }
        guard let current else { return }
        let thread = Thread { self.send(current) }
        thread.name = "ferry-cancel"
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func send(_ asked: UInt64) {
        let deadline = ContinuousClock.now + Self.patience
        var isWanted = true
        while isWanted {
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(handle, &message, Int32(message.count))
            isWanted = monitor.locked {
                isSending = false
                monitor.broadcast()
                let pause = ContinuousClock.now + Self.repeatInterval
                while isRunning && ticket == asked && monitor.wait(until: pause) {}
                guard isRunning && ticket == asked else { return false }
                if ContinuousClock.now > deadline {
                    // No answer: break the connection instead of hanging forever.
                    shutdown(descriptor, Int32(SHUT_RDWR))
                    return false
                }
                isSending = true
                return true
            }
        }
    }
}
