/// A value that one thread at a time may use: the only lock in Ferry.
///
/// It replaces `Synchronization.Mutex`, which must not be used. That one keeps the id of the thread
/// that holds it in a thread-local variable. In an optimised build the compiler puts the access to
/// that variable into the calling function, and takes its address only once. An async function may
/// continue on another thread after an `await`; it then locks with the id of the thread it began
/// on, and unlocks with that of the one it is on now: the process is ended by SIGILL. The locks
/// here are the operating system's, and their code is never a part of the caller's.
///
/// Hold it for a few instructions, and never while waiting for anything. Locking it twice in one
/// thread is an error that ends in a deadlock.
public final class Locked<Value>: @unchecked Sendable {
    private let monitor = Monitor()
    private let value: UnsafeMutablePointer<Value>

    public init(_ value: consuming sending Value) {
        self.value = .allocate(capacity: 1)
        self.value.initialize(to: value)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
    }

    /// Calls the body with the value while no other thread has it.
    @inline(never)
    public func withLock<Result, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        monitor.lock()
        defer { monitor.unlock() }
        return try body(&value.pointee)
    }
}
