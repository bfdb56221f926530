import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A real SFTP server of our own, on a free port of 127.0.0.1, for the user who runs the tests.
///
/// It has host keys of two types, and lets in by public key only. It ends with this object, or
/// when the tests end.
public final class SFTPServer: Sendable {
    public let port: Int
    public let folder: String
    /// The folder that it shows as `/`; empty where that is the machine's own.
    public let root: String
    private let process: Process

    /// One of OpenSSH for all tests that do nothing to it.
    public static let shared = Result { try SFTPServer() }
    private static let sharedProFTPD = Result { try SFTPServer(as: .proFTPD, []) }

    /// One of a kind for all tests that do nothing to it; of rclone a new one.
    public static func ofKind(_ kind: Kind) throws -> SFTPServer {
        switch kind {
        case .openSSH: try shared.get()
        case .proFTPD: try sharedProFTPD.get()
        case .rclone: try SFTPServer(as: .rclone, [])
        }
    }

    /// - Parameters:
    ///   - kind: Which program.
    ///   - readOnly: Refuse to change anything; of OpenSSH only.
    ///   - lines: Further lines of its configuration, where it has one.
    /// - Throws: ``CannotRun``
    public init(
        as kind: Kind = .openSSH, readOnly: Bool = false, _ lines: [String]
    ) throws {
        // Short and without links: the server insists on the one, sockets on the other.
        let folder = "/tmp/ferry-sshd-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for (name, type) in [
            ("ed25519", "ed25519"), ("ecdsa", "ecdsa"), ("client", "ed25519"),
            ("client_ecdsa", "ecdsa"), ("outsider", "ed25519"),
        ] {
            try Self.run("ssh-keygen", "-q", "-t", type, "-N", "", "-f", folder + "/" + name)
        }
        try Self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "open", "-f", folder + "/sealed")
        let allowed = try ["client", "client_ecdsa", "sealed"].map {
            try String(contentsOfFile: "\(folder)/\($0).pub", encoding: .utf8)
        }
        try allowed.joined().write(
            toFile: folder + "/authorized_keys", atomically: true, encoding: .utf8)
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        root = kind == .rclone ? folder + "/root" : ""
        mkdir(folder + "/root", 0o755)

        self.folder = folder
        let more = readOnly ? lines + ["ForceCommand internal-sftp -R"] : lines
        let (port, process) = try kind.start(in: folder, more)
        self.port = port
        self.process = process
    }

    public convenience init(readOnly: Bool = false, _ lines: String...) throws {
        try self.init(as: .openSSH, readOnly: readOnly, lines)
    }

    deinit { stop() }

    /// Also removes its keys.
    public func stop() {
        Self.stop(process)
    }

    static func stop(_ process: Process) {
        guard process.isRunning, let pipe = process.standardInput as? Pipe else { return }
        try? pipe.fileHandleForWriting.write(contentsOf: Data("stop\n".utf8))
        process.waitUntilExit()
    }

    /// Ends the processes that serve the connections there are.
    public func cutConnections() throws {
        try Self.run("sh", "-c", "kill $(pgrep -P $(cat \(folder)/pid))")
    }

    /// The fingerprint of a host key, as `ssh-keygen -lf` prints it.
    public func fingerprint(_ key: String = "ed25519") throws -> String {
        let line = try Self.run("ssh-keygen", "-lf", "\(folder)/\(key).pub")
        return String(line.split(separator: " ")[1])
    }

    /// The settings of a destination on the server, for the user that it lets in.
    public func settings(path: String) throws -> [String: Any] {
        [
            "host": "127.0.0.1", "port": port, "user": NSUserName(), "path": path,
            "host_key": try fingerprint(), "credential": "sftp",
        ]
    }

    /// A credential of kind `sftp`, for any port of this machine.
    ///
    /// - Parameters:
    ///   - key: The file of a private key in ``folder``; `client` is let in.
    ///   - more: Other members, of which an empty one removes one.
    public func credential(key: String = "client", _ more: [String: String] = [:]) throws -> String
    {
        let text = try String(contentsOfFile: folder + "/" + key, encoding: .utf8)
        let values = ["kind": "sftp", "host": "127.0.0.1:*", "private_key": text]
        return String(
            decoding: try JSONEncoder().encode(
                values.merging(more) { $1 }.filter { !$0.value.isEmpty }), as: UTF8.self)
    }

    public func log() throws -> String {
        try String(contentsOfFile: folder + "/log", encoding: .utf8)
    }

    public struct CannotRun: Error {
        public let command: String
        public let output: String
    }

    @discardableResult
    public static func run(_ command: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CannotRun(command: command.joined(separator: " "), output: text)
        }
        return text
    }

    public static func freePort() throws -> Int {
        let (listener, port) = try LocalSocket.listening()
        listener.close()
        return port
    }
}
