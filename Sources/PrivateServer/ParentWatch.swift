import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ends a server when this process dies, however it dies.
///
/// A small shell waits at the end of a pipe whose other end only we hold. The kernel closes ours
/// when we die, even by SIGKILL; then the shell stops the server and removes what was temporary.
final class ParentWatch: Sendable {
    private let shell: ChildProcess
    private let ourEnd: Int32

    init(over server: pid_t, log: String, removing directories: [String]) throws {
        var ends: [Int32] = [0, 0]
        // No other child may inherit our end, or it would hide our death from the shell.
        #if os(Linux)
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            let made = socketpair(AF_UNIX, kind, 0, &ends)
        #else
            let made = pipe(&ends)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        #endif
        guard made == 0 else {
            throw PrivateServerError.failed(
                program: "socketpair", output: String(cString: strerror(errno)))
        }
        defer { close(ends[0]) }
        let script = """
            read -r word && exit
            kill -QUIT "$1"
            tries=0
            while kill -0 "$1" && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
            shift
            rm -rf -- "$@"
            """
        do {
            shell = try ChildProcess(
                ["/bin/sh", "-c", script, "ferry-watch", String(server)] + directories,
                log: log, input: ends[0])
        } catch {
            close(ends[1])
            throw error
        }
        ourEnd = ends[1]
    }

    /// Ends the watch without stopping the server. Call it once, before the server is reaped.
    func end() {
        shell.signal(SIGKILL)
        var status: Int32 = 0
        waitpid(shell.id, &status, 0)
        close(ourEnd)
    }
}
