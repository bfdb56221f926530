import Foundation
import Locks
public import PrivateServer

/// The private PostgreSQL server of this test process, started when it is first asked for.
public enum TestServer {
    private static let running = Locked<PrivateServer?>(nil)
    private static let start = Task {
        let server = try await PrivateServer.start(
            settings: ["max_connections": "400", "listen_addresses": "127.0.0.1"])
        running.withLock { $0 = server }
        atexit { TestServer.stop() }
        return server
    }

    public static var shared: PrivateServer {
        get async throws { try await start.value }
    }

    private static func stop() {
        running.withLock { $0 }?.stopNow()
    }
}
