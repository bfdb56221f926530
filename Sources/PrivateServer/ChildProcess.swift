import Foundation
import Locks

#if canImport(Glibc)
    package import Glibc
#elseif canImport(Musl)
    package import Musl
#elseif canImport(Darwin)
    package import Darwin
#endif

/// A program that runs in a process group of its own, out of reach of the terminal's Ctrl-C.
package final class ChildProcess: Sendable {
    package let id: pid_t
    /// The exit status as `waitpid` gives it, once the process was reaped.
    private let status = Locked<Int32?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - log: The file to which its output is appended.
    ///   - input: The descriptor for its standard input; nothing to read when nil.
    ///   - variables: Environment variables beside those of this process.
    package init(
        _ arguments: [String], log: String, input: Int32? = nil, variables: [String: String] = [:]
    ) throws {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(
            &actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Signals that this process ignores or blocks must work in the child.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))

        // A caller's PGPORT, PGDATA … must not reach the private server.
        let environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("PG") }
            .merging(variables) { $1 }
            .map { "\($0.key)=\($0.value)" }
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        let code = posix_spawnp(&id, arguments[0], &actions, &attributes, argv, envp)
        guard code == 0 else {
            throw PrivateServerError.failed(
                program: arguments[0], output: String(cString: strerror(code)))
        }
        self.id = id
    }

    /// A process that nobody waits for any more is reaped when it ends: until then it would hide
    /// the ends of others from who waits for any child.
    deinit {
        guard reap() == nil else { return }
        let id = id
        Thread.detachNewThread {
            var code: Int32 = 0
            while waitpid(id, &code, 0) < 0, errno == EINTR {}
        }
    }

    package var isRunning: Bool { reap() == nil }

    package func signal(_ number: Int32) {
        // The lock keeps the id from being reused between the test and the signal.
        status.withLock { if $0 == nil { kill(id, number) } }
    }

    /// The exit status once the process has ended.
    package func reap() -> Int32? {
        status.withLock { status in
            if status == nil {
                var code: Int32 = 0
                if waitpid(id, &code, WNOHANG) == id { status = code }
            }
            return status
        }
    }

    /// Blocks until a process has ended that cannot but end.
    func awaitEnd() {
        status.withLock { status in
            var code: Int32 = 0
            while status == nil {
                if waitpid(id, &code, 0) == id || errno != EINTR { status = code }
            }
        }
    }

    /// Waits for the end of the process.
    ///
    /// - Returns: The exit status, or nil when it still runs after the limit.
    func waitForExit(within limit: Duration) async -> Int32? {
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
func pause() async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(10)) {
            continuation.resume()
        }
    }
}
