import Foundation
import Locks

#if canImport(Glibc)
    public import Glibc
#elseif canImport(Musl)
    public import Musl
#elseif canImport(Darwin)
    public import Darwin
#endif

/// A program in its own process group, so that the terminal's Ctrl-C does not reach it.
public final class ChildProcess: Sendable {
    public let id: pid_t
    /// The exit status as `waitpid` gives it, once the process was reaped.
    private let status = Locked<Int32?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - log: The file to which its output is appended.
    ///   - input: The descriptor for its standard input; nothing to read when nil.
    ///   - variables: Environment variables in addition to those of this process.
    /// - Throws: ``SpawnError``.
    public init(
        _ arguments: [String], log: String, input: Int32? = nil, variables: [String: String] = [:]
    ) throws {
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else {
            throw SpawnError(program: "\(arguments[0]) with the log \(log)", code: errno)
        }
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { for file in [output, nothing] { close(file) } }

        // A caller's PGPORT, PGDATA … must not reach the private server.
        let environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("PG") }
            .merging(variables) { $1 }
            .map { "\($0.key)=\($0.value)" }
        id = try spawn(
            arguments, environment: environment,
            descriptors: [input ?? nothing, output, output])
    }

    /// A released process is reaped when it ends: otherwise it would hide the ends of others from a
    /// wait for any child.
    deinit {
        guard reap() == nil else { return }
        let id = id
        Thread.detachNewThread {
            var code: Int32 = 0
            while waitpid(id, &code, 0) < 0, errno == EINTR {}
        }
    }

    public var isRunning: Bool { reap() == nil }

    public func signal(_ number: Int32) {
        // The lock keeps the id from being reused between the test and the signal.
        status.withLock { if $0 == nil { kill(id, number) } }
    }

    /// The exit status once the process has ended.
    public func reap() -> Int32? {
        status.withLock { status in
            if status == nil {
                var code: Int32 = 0
                if waitpid(id, &code, WNOHANG) == id { status = code }
            }
            return status
        }
    }

    /// Blocks until a process has ended that is certain to end.
    public func awaitEnd() {
        status.withLock { status in
            var code: Int32 = 0
            while status == nil {
                if waitpid(id, &code, 0) == id || errno != EINTR { status = code }
            }
        }
    }

    /// Waits for the end of the process.
    ///
    /// - Returns: The exit status, or nil if it still runs after the limit.
    public func waitForExit(within limit: Duration) async -> Int32? {
        let deadline = ContinuousClock.now + limit
        while true {
            if let status = reap() { return status }
            guard ContinuousClock.now < deadline else { return nil }
            // Not Task.sleep: a cancelled task must still see the server go.
            await pause()
        }
    }
}

/// Waits for ten milliseconds, even in a cancelled task.
public func pause() async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(10)) {
            continuation.resume()
        }
    }
}
