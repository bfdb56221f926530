import Foundation
import Locks

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs the jobs of one actor on a thread of its own, so that a job may block.
///
/// Swift's own pool has as many threads as the machine has cores; a waiting libpq call there would
/// stop everything else. The thread ends after ``stop(finally:)``.
final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
    /// A descriptor to watch while the thread is idle.
    struct Source {
        let descriptor: Int32
        /// Runs on the thread. Returns false to stop watching the descriptor.
        let onReadable: () -> Bool
    }

    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    private let monitor = Monitor()
    private var queue: [Work] = []
    private var isStopping = false
    private var isPolling = false
    private var wakeUp: (read: Int32, write: Int32)?
    /// Used only by the executor's own thread.
    private var source: Source?

    init(name: String) {
        let thread = Thread { self.loop() }
        thread.name = name
        thread.stackSize = 4 << 20
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    /// Runs a closure on the thread, after everything that was enqueued before.
    func run(_ call: @escaping @Sendable () -> Void) {
        add(.call(call))
    }

    /// Ends the thread after the enqueued jobs, and this closure last.
    func stop(finally call: @escaping @Sendable () -> Void) {
        // Atomic: the loop ends as soon as it is idle after a stop.
        monitor.locked {
            isStopping = true
            append(.call(call))
        }
    }

    /// Watches a descriptor whenever the thread is idle. Call it on the thread, and
    /// ``prepareWatching()`` before.
    func watch(_ source: Source?) {
        self.source = source
    }

    /// Creates the wake-up descriptor for watching. Call it on the thread.
    ///
    /// - Throws: ``PostgresError/cannotConnect(_:)`` if the process has no descriptors left.
    func prepareWatching() throws {
        guard wakeUp == nil else { return }
        var pair: [Int32] = [0, 0]
        guard pipe(&pair) == 0 else {
            let reason = String(cString: strerror(errno))
            throw PostgresError.cannotConnect("cannot wait for notifications: \(reason)")
        }
        for descriptor in pair {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
        monitor.locked { wakeUp = (pair[0], pair[1]) }
    }

    private func add(_ work: Work) {
        monitor.locked { append(work) }
    }

    /// Call it with the lock held.
    private func append(_ work: Work) {
        queue.append(work)
        if isPolling, let wakeUp {
            var byte: UInt8 = 0
            _ = write(wakeUp.write, &byte, 1)
        }
        monitor.signal()
    }

    private func loop() {
        var batch: [Work] = []
        while true {
            batch.removeAll(keepingCapacity: true)
            var ends = false
            monitor.locked {
                while queue.isEmpty && !isStopping && source == nil { monitor.wait() }
                swap(&queue, &batch)
                ends = batch.isEmpty && isStopping
                isPolling = batch.isEmpty && !ends
            }
            if ends { break }
            if batch.isEmpty { waitForSource() }
            for work in batch {
                switch work {
                case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .call(let call): call()
                }
            }
        }
        source = nil
        if let wakeUp {
            close(wakeUp.read)
            close(wakeUp.write)
        }
    }

    private func waitForSource() {
        guard let source, let wakeUp else {
            self.source = nil
            return
        }
        var descriptors = [
            pollfd(fd: source.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&descriptors, 2, -1)
        monitor.locked { isPolling = false }
        guard ready > 0 else { return }
        if descriptors[1].revents != 0 {
            var bytes = [UInt8](repeating: 0, count: 64)
            while read(wakeUp.read, &bytes, bytes.count) > 0 {}
        }
        if descriptors[0].revents != 0, !source.onReadable() { self.source = nil }
    }
}
