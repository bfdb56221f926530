import Foundation
import Locks

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A real S3 server that knows nothing of Ferry. It ends with the process of the tests.
public final class S3Server: Sendable {
    public let port: Int

    /// The programs that serve S3, each in its own way.
    public enum Kind: Sendable {
        /// Follows Amazon's own service closely; checks no signatures.
        case moto
        /// Checks signatures, ignores conditions, and cannot copy in parts.
        case rclone
    }

    /// The server of a kind, started by the first test that asks.
    public static func shared(_ kind: Kind = .moto) throws -> S3Server {
        switch kind {
        case .moto: try moto.get()
        case .rclone: try rclone.get()
        }
    }

    private static let moto = Result { try S3Server() }
    private static let rclone = Result {
        try S3Server { port in
            [
                "-c", S3Server.rcloneProgram, "\(ProcessInfo.processInfo.processIdentifier)",
                TestPython.program("rclone"), "serve", "s3", "--config", "/dev/null", "--addr",
                "127.0.0.1:\(port)", "--auth-key", "testing,testing", ":memory:",
            ]
        }
    }
    private static let ending = atexit {
        S3Server.running.withLock { for id in $0 { _ = kill(id, SIGTERM) } }
    }
    /// The processes to end with ours.
    private static let running = Locked<[pid_t]>([])

    /// A server of the kind `moto`.
    ///
    /// - Parameter certificate: Serves by TLS with the certificate and key of this PEM file.
    public convenience init(certificate: String? = nil) throws {
        let encryption = certificate.map { ["-c", $0, "-k", $0] } ?? []
        try self.init { port in
            ["-c", Self.motoProgram, "\(ProcessInfo.processInfo.processIdentifier)"]
                + ["-H", "127.0.0.1", "-p", "\(port)"] + encryption
        }
    }

    /// - Parameter arguments: What Python runs to serve at a port.
    private init(_ arguments: (_ port: Int) -> [String]) throws {
        let (listener, port) = try LocalSocket.listening()
        listener.close()
        self.port = port
        let process = try TestPython.process(arguments(port))
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        Self.running.withLock { $0.append(process.processIdentifier) }
        _ = Self.ending
        let deadline = Date(timeIntervalSinceNow: 60)
        while true {
            if let connection = try? LocalSocket.connected(to: port) {
                connection.close()
                return
            }
            guard process.isRunning, Date() < deadline else { throw NotStarted() }
            usleep(20_000)
        }
    }

    public struct NotStarted: Error {}

    /// Ends automatically with the tests, even if they crash.
    private static let motoProgram = """
        import os, sys, threading, time
        from moto.server import main
        def watch(parent):
            while os.getppid() == parent:
                time.sleep(0.5)
            os._exit(0)
        threading.Thread(target=watch, args=(int(sys.argv[1]),), daemon=True).start()
        main(sys.argv[2:])
        """

    /// The same for a program that is not written in Python.
    private static let rcloneProgram = """
        import os, signal, subprocess, sys, time
        server = subprocess.Popen(sys.argv[2:])
        def end(*_):
            server.kill()
            os._exit(0)
        signal.signal(signal.SIGTERM, end)
        while os.getppid() == int(sys.argv[1]) and server.poll() is None:
            time.sleep(0.5)
        end()
        """
}
