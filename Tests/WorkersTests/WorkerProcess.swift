import Foundation
import Locks
import Processes
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The program `ferry`, as this build made it, in a process of its own.
final class WorkerProcess: Sendable {
    enum End: Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    let id: pid_t
    let name: String
    private let logPath: String
    private let status = Locked<(end: End?, isStopped: Bool)>((nil, false))

    /// - Parameters:
    ///   - environment: All that the process has besides `PATH` and `HOME`.
    ///   - log: The file that takes what it writes.
    init(
        name: String, _ arguments: [String], environment: [String: String], log: String
    ) throws {
        self.name = name
        logPath = log
        id = try Self.spawn(
            [Self.program] + arguments,
            ProcessInfo.processInfo.environment.filter { ["PATH", "HOME"].contains($0.key) }
                .merging(environment) { $1 },
            log)
        Self.started.withLock { _ = $0.insert(id) }
        _ = Self.killAtExit
    }

    /// What it has written so far.
    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    var isRunning: Bool { look().end == nil }

    func signal(_ number: Int32) {
        // The lock keeps the id from being reused between the test and the signal.
        status.withLock { if $0.end == nil { kill(id, number) } }
    }

    /// Lets a frozen process go on.
    func thaw() {
        status.withLock { $0.isStopped = false }
        signal(SIGCONT)
    }

    /// How the process ended.
    func end(within limit: Duration = .seconds(120)) async throws -> End {
        try await eventually(within: limit, "\(name) ends; it wrote:\n\(log)") { !isRunning }
        return look().end ?? .exit(-1)
    }

    /// Waits until the process was frozen by SIGSTOP.
    func frozen() async throws {
        try await eventually(within: .seconds(60), "\(name) freezes; it wrote:\n\(log)") {
            look().isStopped
        }
    }

    private func look() -> (end: End?, isStopped: Bool) {
        status.withLock { status in
            var code: Int32 = 0
            while status.end == nil, waitpid(id, &code, WNOHANG | WUNTRACED) == id {
                // The macros WIFSTOPPED, WIFEXITED and so on are not there in Swift.
                if code & 0xff == 0x7f {
                    status.isStopped = true
                } else {
                    status.end =
                        code & 0x7f == 0 ? .exit((code >> 8) & 0xff) : .signal(code & 0x7f)
                    Self.started.withLock { _ = $0.remove(id) }
                }
            }
            return status
        }
    }

    // MARK: - Starting

    private static let started = Locked<Set<pid_t>>([])
    /// A frozen worker would outlive the tests.
    private static let killAtExit: Void = {
        atexit { WorkerProcess.started.withLock { for id in $0 { kill(id, SIGKILL) } } }
    }()

    /// Beside the bundle of the tests.
    private static let program: String = {
        #if canImport(Darwin)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
            let folder = (bundle ?? .main).bundleURL.deletingLastPathComponent()
        #else
            let folder = Bundle.main.bundleURL
        #endif
        return folder.appending(path: "ferry").path(percentEncoded: false)
    }()

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], _ log: String
    ) throws -> pid_t {
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
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A group of its own: a Ctrl-C is meant for the tests.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))

        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, arguments[0], &actions, &attributes, argv, envp)
        guard code == 0 else { throw CannotStart(reason: String(cString: strerror(code))) }
        return id
    }

    struct CannotStart: Error {
        let reason: String
    }
}
