import Dispatch
import Foundation
import NIOHTTP1
import Synchronization
import TestSupport

@testable import Destinations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A real S3 server that knows nothing of Ferry. One for all tests; it ends with their process.
final class S3Server: Sendable {
    let port: Int

    /// The server, started by whoever asks first.
    static func shared() throws -> S3Server { try started.get() }

    private static let started = Result { try S3Server() }
    /// The process to end with ours.
    private static let running = Mutex<pid_t?>(nil)

    private init() throws {
        port = try Self.freePort()
        let process = try TestPython.process([
            "-c", Self.program, "\(port)", "\(ProcessInfo.processInfo.processIdentifier)",
        ])
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        Self.running.withLock { $0 = process.processIdentifier }
        atexit { S3Server.running.withLock { if let id = $0 { _ = kill(id, SIGTERM) } } }
        let deadline = Date(timeIntervalSinceNow: 60)
        while !Self.answers(port) {
            guard process.isRunning, Date() < deadline else { throw NotStarted() }
            usleep(20_000)
        }
    }

    struct NotStarted: Error {}

    /// Ends by itself when the tests do without a chance to say so.
    private static let program = """
        import os, sys, threading, time
        from moto.server import main
        def watch(parent):
            while os.getppid() == parent:
                time.sleep(0.5)
            os._exit(0)
        threading.Thread(target=watch, args=(int(sys.argv[2]),), daemon=True).start()
        main(["-H", "127.0.0.1", "-p", sys.argv[1]])
        """

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, streamSocketType, 0)
        defer { close(descriptor) }
        var address = loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw NotStarted() }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func answers(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, streamSocketType, 0)
        defer { close(descriptor) }
        var address = loopback(UInt16(port))
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    #if canImport(Glibc)
        private static let streamSocketType = Int32(SOCK_STREAM.rawValue)
    #else
        private static let streamSocketType = SOCK_STREAM
    #endif

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

/// A bucket of its own on the server.
final class S3UnderTest: DestinationUnderTest {
    let bucket: String
    let prefix: String
    let server: S3Server
    /// Sees the bucket past all faults.
    let eyes: S3Client

    var hasFolders: Bool { false }
    var showsFilesBeforeTheirManifest: Bool { true }

    init(prefix: String = "out/crm/") throws {
        server = try S3Server.shared()
        bucket = "ferry-" + UUID().uuidString.lowercased()
        self.prefix = prefix
        let created = try WaitingThreads.wait { [bucket, server] in
            let client = try S3Client.at(server.port, bucket: bucket)
            _ = try await client.send(
                S3Request(operation: "CreateBucket", method: .PUT))
            return client
        }
        eyes = created
    }

    func client(port: Int? = nil, settings: [String: String] = [:]) throws -> S3Client {
        try S3Client.at(
            port ?? server.port, bucket: bucket,
            settings: ["prefix": prefix].merging(settings) { $1 })
    }

    func connect(step: @escaping @Sendable (String) throws -> Void) -> any Destination {
        do {
            return S3Destination(client: try client(), step: step)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Everything in the bucket whose key begins with the prefix, by the rest of its key.
    private func keys() throws -> [String] {
        let (eyes, prefix) = (eyes, prefix)
        return try WaitingThreads.wait { try await eyes.keys(under: prefix) }
            .map { String($0.dropFirst(prefix.count)) }
    }

    func visible() throws -> [String: [UInt8]] {
        let (eyes, prefix) = (eyes, prefix)
        var contents: [String: [UInt8]] = [:]
        for key in try keys() where !key.hasPrefix(".staging/") {
            contents[key] = try WaitingThreads.wait {
                try await eyes.get(prefix + key, bytesMax: 64 << 20)
            }
        }
        return contents
    }

    func staged() throws -> [String] {
        try keys().filter { $0.hasPrefix(".staging/") }.sorted()
    }
}

extension S3Client {
    private static let keyIsSet = setenv("FERRY_TEST_S3_KEY", "testing", 1)

    static func at(
        _ port: Int, bucket: String, settings: [String: String] = [:]
    ) throws -> S3Client {
        _ = keyIsSet
        let values = [
            "bucket": bucket, "endpoint": "http://127.0.0.1:\(port)",
            "access_key_id": "env:FERRY_TEST_S3_KEY",
            "secret_access_key": "env:FERRY_TEST_S3_KEY",
        ].merging(settings) { $1 }
        let json = try JSONEncoder().encode(values)
        var client = S3Client(destination: "crm", settings: try S3Settings(json: json))
        client.retries.firstDelay = .milliseconds(5)
        return client
    }
}
