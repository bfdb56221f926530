import Foundation
import PrivateServer
import Processes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// pgbouncer in front of a server, with one backend for all clients.
public final class TransactionPooler: Sendable {
    public let port: Int
    private let process: ChildProcess
    private let folder: String

    /// Where it is installed; nil where it is not.
    public static let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// - Parameters:
    ///   - mode: `transaction` or `session`.
    ///   - server: How it reaches the server: keywords of libpq, without the database.
    ///   - size: How many backends it has at most for a database and a user.
    public init(mode: String, before server: String, size: Int) async throws {
        let (listener, port) = try LocalSocket.listening()
        listener.close()
        self.port = port
        folder = NSTemporaryDirectory() + "ferry-pooler-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
        let settings = """
            [databases]
            * = \(server)
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = any
            pool_mode = \(mode)
            default_pool_size = \(size)
            logfile = \(folder)/log
            """
        try Data(settings.utf8).write(to: URL(filePath: folder + "/pgbouncer.ini"))
        // The server's user: no other user has access to the folder of its socket.
        let user =
            geteuid() == 0
            ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        // Not a Process of Foundation's: its children have every signal blocked.
        process = try ChildProcess(
            user + [Self.program ?? "pgbouncer", "-q", folder + "/pgbouncer.ini"],
            log: folder + "/output")
        let (running, at) = (process, port)
        try await eventually("the pooler listens") {
            guard running.isRunning, let socket = try? LocalSocket.connected(to: at) else {
                return false
            }
            socket.close()
            return true
        }
    }

    deinit {
        process.signal(SIGTERM)
        try? FileManager.default.removeItem(atPath: folder)
    }

    public func url(database: String, user: String) -> String {
        "host=127.0.0.1 port=\(port) dbname=\(database) user=\(user)"
    }
}
