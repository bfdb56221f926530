import Foundation
package import Processes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Cleans up when this process dies, however it dies.
///
/// A small shell reads from a pipe whose other end only this process holds. The kernel closes that
/// end when the process dies, even by SIGKILL; then the shell runs its cleanup.
package final class ParentWatch: Sendable {
    package let shell: ChildProcess
    private let ourEnd: Int32

    /// Stops a server and removes temporary files.
    convenience init(over server: pid_t, log: String, removing directories: [String]) throws {
        let script = """
            read -r word && exit
            kill -QUIT "$1"
            tries=0
            while kill -0 "$1" && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
            shift
            rm -rf -- "$@"
            """
        try self.init(script: script, [String(server)] + directories, log: log)
    }

    /// - Parameters:
    ///   - script: For `sh`. Must read its standard input to the end, and then act.
    ///   - arguments: Its `$1`, `$2` …
    ///   - variables: Environment variables in addition to those of this process.
    package init(
        script: String, _ arguments: [String] = [], log: String, variables: [String: String] = [:]
    ) throws {
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
        do {
            shell = try ChildProcess(
                ["/bin/sh", "-c", script, "ferry-watch"] + arguments, log: log,
                input: ends[0], variables: variables)
        } catch {
            close(ends[1])
            throw error
        }
        ourEnd = ends[1]
    }

    /// Gives the script a line to read.
    package func send(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        // The pipe holds more than is ever sent, so this neither blocks nor writes partially.
        _ = bytes.withUnsafeBytes { write(ourEnd, $0.baseAddress, $0.count) }
    }

    /// Ends the watch without any action. Call it once, before what it would stop is reaped.
    package func end() {
        shell.signal(SIGKILL)
        shell.awaitEnd()
        close(ourEnd)
    }
}
