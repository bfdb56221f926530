import Foundation
import Locks
import Processes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A PostgreSQL server that this process starts for itself, for a demo or for tests.
///
/// It listens on a unix socket that only its user and root can reach; it ends with this process,
/// however that ends. Started by root it runs as the user `postgres`.
public final class PrivateServer: Sendable {
    /// The directory of the unix socket, as libpq's `host` takes it.
    public let host: String
    public let port: Int
    /// Where data and log are.
    public let directory: String

    private struct State {
        var process: ChildProcess?
        var watch: ParentWatch?
    }

    private let state = Locked(State())
    let installation: Installation
    let user: ServerUser
    let settings: [String: String]
    private let variables: [String: String]
    private let isTemporary: Bool
    private let passwords: PasswordFile?
    var data: String { directory + "/data" }
    private var log: String { directory + "/server.log" }

    /// Creates a database cluster if there is none, and starts a server on it.
    ///
    /// - Parameters:
    ///   - directory: The directory of data and log; nil for a temporary one that is removed at the
    ///     end.
    ///   - sockets: The directory of its unix socket; created and removed by the server. A fresh
    ///     directory when nil.
    ///   - settings: Server settings that override ours, such as `["wal_level": "logical"]`.
    ///   - variables: Environment variables of the server, in addition to those of this process.
    ///   - durable: Whether a crash of the machine must not lose data. Costs speed.
    ///   - asksForPassword: Whether roles need the ``password`` (SCRAM), a random one; otherwise
    ///     every user of the socket can connect as any role, as tests need.
    /// - Throws: ``PrivateServerError``; `SpawnError` if a program cannot be started.
    public static func start(
        in directory: String? = nil, sockets: String? = nil, settings: [String: String] = [:],
        variables: [String: String] = [:], durable: Bool = false, asksForPassword: Bool = false
    ) async throws -> PrivateServer {
        let user = try ServerUser.choose()
        let server = PrivateServer(
            try Installation.find(), user,
            directory: try directory ?? temporaryDirectory(user), isTemporary: directory == nil,
            host: try sockets ?? temporaryDirectory(user), port: try freePort(),
            settings: Self.settings(durable: durable).merging(settings) { $1 },
            variables: variables, asksForPassword: asksForPassword)
        do {
            try server.prepareDirectory()
            try await server.initialise()
            try await server.launch()
        } catch {
            await server.stop()
            throw error
        }
        return server
    }

    init(
        _ installation: Installation, _ user: ServerUser, directory: String, isTemporary: Bool,
        host: String, port: Int, settings: [String: String], variables: [String: String] = [:],
        asksForPassword: Bool = false
    ) {
        self.installation = installation
        self.user = user
        self.directory = directory
        self.isTemporary = isTemporary
        self.host = host
        self.port = port
        self.settings = settings
        self.variables = variables
        passwords = asksForPassword ? PasswordFile(in: directory) : nil
    }

    /// The password of all roles; nil if none is required.
    public var password: String? { passwords?.password }

    /// A connection string for libpq, over the unix socket. It refers to the password file.
    public func url(database: String, user: String = "ferry") -> String {
        "host=\(Self.quoted(host)) port=\(port) dbname=\(Self.quoted(database)) "
            + "user=\(Self.quoted(user))"
            + (passwords.map { " passfile=\(Self.quoted($0.path))" } ?? "")
    }

    /// A connection string for libpq, over TCP, if the setting `listen_addresses` allows it.
    public func tcpURL(database: String, user: String = "ferry") -> String {
        "host=127.0.0.1 port=\(port) dbname=\(Self.quoted(database)) user=\(Self.quoted(user))"
    }

    /// The process of the server, nil when it is not running.
    public var processID: Int32? {
        state.withLock { $0.process.flatMap { $0.isRunning ? $0.id : nil } }
    }

    /// Disconnects all clients, stops the server and removes temporary files.
    public func stop() async {
        let process = endWatch()
        // In increasing severity: fast, immediate, kill.
        for (number, limit) in [(SIGINT, 20), (SIGQUIT, 5), (SIGKILL, 5)] {
            process?.signal(number)
            if await process?.waitForExit(within: .seconds(limit)) != nil { break }
        }
        removeTemporary()
    }

    /// Stops the server immediately, without a checkpoint, for exit handlers.
    public func stopNow() {
        let process = endWatch()
        process?.signal(SIGQUIT)
        let deadline = ContinuousClock.now + .seconds(5)
        while let process, process.isRunning {
            if ContinuousClock.now > deadline { process.signal(SIGKILL) }
            usleep(5000)
        }
        removeTemporary()
    }

    /// Kills the server and its backends, as a crash of the machine would, and waits for their end.
    public func kill() async {
        guard let process = endWatch() else { return }
        let backends = children(of: process.id)
        process.signal(SIGKILL)
        _ = await process.waitForExit(within: .seconds(30))
        // Only a backend that outlives the server is still the same process.
        for backend in backends where Self.isServerProcess(backend) { _ = signal(backend, SIGKILL) }
        while backends.contains(where: Self.isServerProcess) { await pause() }
    }

    /// Starts the server again on the same data and port, after killing it if it runs.
    ///
    /// - Throws: ``PrivateServerError``; `SpawnError` if a program cannot be started.
    public func restart() async throws {
        await kill()
        try await launch()
    }

    private func endWatch() -> ChildProcess? {
        state.withLock { state in
            state.watch?.end()
            state.watch = nil
            defer { state.process = nil }
            return state.process
        }
    }

    func prepareDirectory() throws {
        let manager = FileManager.default
        for path in [directory, host] {
            do {
                try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
            } catch {
                throw PrivateServerError.directory(
                    "cannot create \(path): \(error.localizedDescription)")
            }
            try user.own(path)
        }
        // Other users of this machine have no access to either.
        for path in [directory, host] { chmod(path, 0o700) }
        guard host.utf8.count < 90 else {
            throw PrivateServerError.directory(
                "the path \(host) is too long for a unix socket: set TMPDIR to a shorter one")
        }
    }

    private func initialise() async throws {
        guard !FileManager.default.fileExists(atPath: data + "/PG_VERSION") else { return }
        #if os(Linux)
            let locale = "C.UTF-8"
        #else
            let locale = "C"
        #endif
        let command = [
            installation.path(of: "initdb"), "-D", data, "-U", "ferry",
            "-E", "UTF8", "--locale=\(locale)", "--no-sync", "--no-instructions", "-A",
        ]
        guard let passwords else { return try await initialise(by: command + ["trust"]) }
        try passwords.write(for: user)
        try await passwords.withPlainFile(for: user) {
            try await initialise(by: command + ["scram-sha-256", "--pwfile", $0])
        }
    }

    private func initialise(by command: [String]) async throws {
        let output = directory + "/initdb.log"
        let process = try ChildProcess(user.command(command), log: output)
        guard await process.waitForExit(within: .seconds(120)) == 0 else {
            process.signal(SIGKILL)
            throw PrivateServerError.failed(program: "initdb", output: tail(of: output))
        }
    }

    /// Starts the server and returns once it accepts connections.
    func launch() async throws {
        var command = [
            installation.path(of: "postgres"), "-D", data, "-p", String(port), "-k", host,
        ]
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            command += ["-c", "\(name)=\(value)"]
        }
        let process = try ChildProcess(user.command(command), log: log, variables: variables)
        let watch = try ParentWatch(
            over: process.id, log: log, removing: isTemporary ? [host, directory] : [host])
        state.withLock {
            $0.process = process
            $0.watch = watch
        }
        let deadline = ContinuousClock.now + .seconds(60)
        while !isReady(process.id) {
            guard process.isRunning, ContinuousClock.now < deadline else {
                throw PrivateServerError.failed(program: "postgres", output: tail(of: log))
            }
            await pause()
        }
    }

    /// The server writes its state into the eighth line of its pid file, as `pg_ctl` reads it.
    private func isReady(_ id: pid_t) -> Bool {
        guard let text = try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)
        else { return false }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count >= 8 && lines[0] == String(id) && lines[7].hasPrefix("ready")
    }

    func tail(of file: String) -> String {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(8).joined(separator: "\n")
    }

    private func removeTemporary() {
        try? FileManager.default.removeItem(atPath: host)
        if isTemporary { try? FileManager.default.removeItem(atPath: directory) }
    }
}
