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

    /// The server, started by whoever asks first.
    public static func shared() throws -> S3Server { try started.get() }

    private static let started = Result { try S3Server() }
    private static let ending = atexit {
        S3Server.running.withLock { for id in $0 { _ = kill(id, SIGTERM) } }
    }
    /// The processes to end with ours.
    private static let running = Locked<[pid_t]>([])

    /// - Parameter certificate: Serves by TLS with the certificate and key of this PEM file.
    public init(certificate: String? = nil) throws {
        let (listener, port) = try LocalSocket.listening()
        listener.close()
        self.port = port
        let encryption = certificate.map { ["-c", $0, "-k", $0] } ?? []
        let process = try TestPython.process(
            ["-c", Self.program, "\(ProcessInfo.processInfo.processIdentifier)"]
                + ["-H", "127.0.0.1", "-p", "\(port)"] + encryption)
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

    /// Ends by itself when the tests do without a chance to say so.
    private static let program = """
        import os, sys, threading, time
        from moto.server import main
        def watch(parent):
            while os.getppid() == parent:
                time.sleep(0.5)
            os._exit(0)
        threading.Thread(target=watch, args=(int(sys.argv[1]),), daemon=True).start()
        main(sys.argv[2:])
        """
}
