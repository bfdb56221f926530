import Foundation
import Postgres
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A TCP port that takes connections and never says a word.
final class SilentPort: Sendable {
    let port: Int
    private let descriptor: Int32

    init() throws {
        #if os(Linux)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        try #require(isListening)
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}

@Suite("Connecting", .timeLimit(.minutes(15)))
struct ConnectTests {
    @Test func `to a port without a listener fails immediately`() async throws {
        let error = await #expect(throws: PostgresError.self) {
            try await Connection.connect(ConnectionOptions("host=127.0.0.1 port=1 user=u"))
        }

        guard case .cannotConnect(let reason)? = error else { throw Unexpected(error) }
        #expect(reason.contains("port 1"))
        #expect(error?.isTransient == true)
    }

    @Test func `to a host that does not answer gives up after its timeout`() async throws {
        let silent = try SilentPort()
        let options = ConnectionOptions("host=127.0.0.1 port=\(silent.port) connect_timeout=2")

        let duration = await ContinuousClock().measure {
            let error = await #expect(throws: PostgresError.self) {
                try await Connection.connect(options)
            }
            #expect(error?.description.contains("timeout expired") == true)
        }

        #expect(duration > .milliseconds(500))
    }

    @Test func `stops at once when its task is cancelled`() async throws {
        let silent = try SilentPort()
        let options = ConnectionOptions("host=127.0.0.1 port=\(silent.port) connect_timeout=3600")
        let task = Task { _ = try await Connection.connect(options) }
        try await Task.sleep(for: .milliseconds(20))

        task.cancel()

        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `never shows the password`() async throws {
        let secret = "hunter2hunter2"
        let options = [
            ConnectionOptions("postgresql://u:\(secret)@127.0.0.1:1/d"),
            ConnectionOptions("host=127.0.0.1 port=1 user=u password=\(secret)"),
            ConnectionOptions("host=127.0.0.1 port=1 \(secret)"),
            ConnectionOptions("postgresql://u:\(secret)@127.0.0.1:\(secret)/d"),
            ConnectionOptions("postgresql://u:pass/word\(secret)@127.0.0.1/d"),
        ]

        for option in options {
            var dumped = ""
            dump(option, to: &dumped)
            let error = await #expect(throws: PostgresError.self) {
                try await Connection.connect(option)
            }
            for text in ["\(option)", String(reflecting: option), dumped, "\(error as Any)"] {
                #expect(!text.contains(secret), "\(text)")
            }
        }
        #expect("\(options[0])" == "host=127.0.0.1 port=1 dbname=d user=u")
    }

    @Test func `pins the encoding, names the application and takes further parameters`()
        async throws
    {
        try await TestDatabase.withEmpty { database in
            var options = ConnectionOptions(
                database.url + " client_encoding=LATIN1", applicationName: "ferry test")
            options.parameters = ["options": "-c search_path=elsewhere"]
            let connection = try await Connection.connect(options)

            func setting(_ name: String) async throws -> String {
                try await connection.query("SELECT current_setting($1)", [.text(name)])[0][0]
                    .string()
            }

            #expect(try await setting("client_encoding") == "UTF8")
            #expect(try await setting("application_name") == "ferry test")
            #expect(try await setting("search_path") == "elsewhere")
        }
    }

    @Test func `is given back when the connection is dropped without closing it`() async throws {
        try await TestDatabase.withEmpty { database in
            let watcher = try await database.connect()
            let process = try await database.connect().serverProcessID

            try await eventually("its server process is gone") {
                try await watcher.query(
                    "SELECT 1 FROM pg_stat_activity WHERE pid = $1", [Value(Int(process))]
                ).isEmpty
            }
        }
    }
}
