import Foundation
import Locks
import PrivateServer
import Processes

/// Everything that a demo has on this machine, and its removal.
///
/// Closing it leaves no process and no file but the delivered ones, at any moment. Should this
/// process be killed, a small shell does the same.
final class DemoSite: Sendable {
    let folder: DemoFolder

    private struct State {
        var directory: String?
        var cleanup: ParentWatch?
        var workers: [ChildProcess] = []
        var server: PrivateServer?
        var isServerStarting = false
        var isClosed = false
        var isInterrupted = false
        var hasSucceeded = false
    }

    private let state = Locked(State())
    /// Held while closing, so that a second caller returns when everything is removed.
    private let closing = Locked(())

    init(folder: DemoFolder) { self.folder = folder }

    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }
    var hasSucceeded: Bool { state.withLock { $0.hasSucceeded } }
    func succeed() { state.withLock { $0.hasSucceeded = true } }

    /// Makes the temporary directory for data and logs, and returns it.
    func open() throws -> String {
        try state.withLock { state in
            if state.isClosed { throw CancellationError() }
            let letters = "abcdefghijklmnopqrstuvwxyz0123456789"
            let name = String((0..<12).compactMap { _ in letters.randomElement() })
            let path = "/tmp/ferry-demo-" + name
            // The shell knows the directory before it exists, so it is never left behind.
            let cleanup = try ParentWatch(script: Self.script, [path], log: "/dev/null")
            state.cleanup = cleanup
            guard mkdir(path, 0o700) == 0 else {
                throw Failure(
                    .internalError,
                    "cannot create \(path): \(String(cString: strerror(errno)))")
            }
            state.directory = path
            // Started by root, the server runs as another user and must get through.
            chmod(path, 0o711)
            cleanup.send("probes " + folder.probes)
            for path in folder.temporary { cleanup.send("empty " + path) }
            return path
        }
    }

    /// Runs when this process was killed: ends the workers and removes their files. The server has
    /// a watchdog of its own, and may still write while its files are removed.
    private static let script = """
        groups= probes= empty=
        while IFS= read -r line; do
          case $line in
            'kill '*) groups="$groups ${line#kill }" ;;
            'remove '*) set -- "$@" "${line#remove }" ;;
            'probes '*) probes=${line#probes } ;;
            'empty '*) empty="${line#empty }
        $empty" ;;
          esac
        done
        for group in $groups; do kill -s KILL -- "-$group"; done
        [ -z "$probes" ] ||
          set -- "$@" "$probes"* "${probes%/*}/.staging/${probes##*/}"*
        count=0
        while [ $count -lt 50 ] && ! rm -rf -- "$@"; do sleep 0.2; count=$((count + 1)); done
        printf %s "$empty" | while IFS= read -r path; do rmdir -- "$path"; done
        """

    func startServer() async throws -> PrivateServer {
        let directory = try state.withLock { state in
            guard !state.isClosed, let directory = state.directory else {
                throw CancellationError()
            }
            state.isServerStarting = true
            return directory
        }
        do {
            let server = try await PrivateServer.start(
                in: directory + "/server", sockets: directory + "/socket",
                settings: [
                    // The sample is loaded without a write-ahead log.
                    "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "4GB",
                ], asksForPassword: true)
            state.withLock {
                $0.server = server
                $0.isServerStarting = false
            }
            return server
        } catch {
            state.withLock { $0.isServerStarting = false }
            throw error
        }
    }

    /// The user that workers run as: that of the server, as far as it can run this program and
    /// write into the folder.
    func workerUser() async throws -> ServerUser {
        let user = try ServerUser.choose()
        guard user != .ourselves, let program = Bundle.main.executablePath else { return user }
        return try await folder.admit(user, running: program) ? user : .ourselves
    }

    /// Starts another process of this program.
    func startWorker(
        _ arguments: [String], variables: [String: String], as user: ServerUser
    ) throws -> Int32 {
        try state.withLock { state in
            guard !state.isClosed, let directory = state.directory,
                let program = Bundle.main.executablePath
            else { throw CancellationError() }
            let log = directory + "/worker-\(state.workers.count + 1).log"
            // It waits for a line from us: if we were killed before the shell knows of it, it would
            // keep running.
            let start = try ParentWatch(
                script: "read -r word && exec \"$@\" </dev/null",
                user.command([program] + arguments), log: log,
                variables: variables)
            state.cleanup?.send("kill \(start.shell.id)")
            start.send("go")
            state.workers.append(start.shell)
            return start.shell.id
        }
    }

    /// Records which run may leave unfinished files in the folder.
    func note(run: Int64) {
        folder.note(run: run)
        state.withLock { $0.cleanup?.send("remove " + folder.staging(of: run)) }
    }

    /// The last lines of what the workers wrote.
    func workerLogs() -> String {
        let (directory, count) = state.withLock { ($0.directory, $0.workers.count) }
        guard let directory else { return "" }
        return (0..<count).map { index in
            let path = directory + "/worker-\(index + 1).log"
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            let lines = text.split(separator: "\n").suffix(8).map { "  \($0)\n" }
            return "worker \(index + 1):\n" + lines.joined()
        }.joined()
    }

    /// Ends everything immediately; for a signal handler.
    ///
    /// - Parameter demo: The task to cancel, once it can report that it was interrupted.
    func interrupt(_ demo: Task<Void, any Error>) {
        state.withLock { $0.isInterrupted = true }
        demo.cancel()
        closeNow(patience: .zero)
    }

    /// Ends everything; lets the workers finish what they are doing.
    func close() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                self.closeNow(patience: .seconds(5))
                continuation.resume()
            }
        }
    }

    private func closeNow(patience: Duration) {
        state.withLock { $0.isClosed = true }
        closing.withLock { _ in removeEverything(patience: patience) }
    }

    private func removeEverything(patience: Duration) {
        // A server that is just starting is stopped once it has started, within seconds.
        while state.withLock({ $0.isServerStarting }) { usleep(10_000) }
        let (workers, server, cleanup, directory) = state.withLock {
            ($0.workers, $0.server, $0.cleanup, $0.directory)
        }
        end(workers, patience: patience)
        server?.stopNow()
        folder.tidy()
        if let directory { try? FileManager.default.removeItem(atPath: directory) }
        state.withLock { $0.cleanup = nil }
        cleanup?.end()
    }

    private func end(_ workers: [ChildProcess], patience: Duration) {
        let deadline = ContinuousClock.now + patience
        for worker in workers { worker.signal(SIGTERM) }
        while workers.contains(where: \.isRunning) {
            if ContinuousClock.now >= deadline { for worker in workers { worker.signal(SIGKILL) } }
            usleep(10_000)
        }
    }
}
