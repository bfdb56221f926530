#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A lock with a condition to wait for, for threads that may block.
public final class Monitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    public init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    @inline(never)
    public func locked<T>(_ body: () throws -> T) rethrows -> T {
        lock()
        defer { unlock() }
        return try body()
    }

    /// Calls the body unless another thread holds the lock.
    @inline(never)
    public func lockedIfFree(_ body: () throws -> Void) rethrows {
        guard pthread_mutex_trylock(mutex) == 0 else { return }
        defer { unlock() }
        try body()
    }

    func lock() { pthread_mutex_lock(mutex) }

    func unlock() { pthread_mutex_unlock(mutex) }

    /// Wakes one waiting thread. Call it with the lock held.
    public func signal() { pthread_cond_signal(condition) }

    /// Wakes every waiting thread. Call it with the lock held.
    public func broadcast() { pthread_cond_broadcast(condition) }

    /// Waits for a signal. Call it with the lock held, in a loop that tests the condition.
    public func wait() { pthread_cond_wait(condition, mutex) }

    /// Waits for a signal, at most until the deadline. Call it with the lock held, in a loop.
    ///
    /// - Returns: False once the deadline has passed.
    public func wait(until deadline: ContinuousClock.Instant) -> Bool {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { return false }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let (seconds, attoseconds) = left.components
        let nanoseconds = Int64(time.tv_nsec) + attoseconds / 1_000_000_000
        time.tv_sec += Int(seconds + nanoseconds / 1_000_000_000)
        time.tv_nsec = Int(nanoseconds % 1_000_000_000)
        pthread_cond_timedwait(condition, mutex, &time)
        return true
    }
}
