import Foundation
import TestSupport

/// Stands between clients and a PostgreSQL server as a pooler in session mode does: a session for
/// each client, and process ids of its own.
final class SessionPooler: Sendable {
    let port: Int
    private let listener: LocalSocket

    /// - Parameter server: The server's port.
    init(to server: Int) throws {
        let (listener, port) = try LocalSocket.listening()
        self.listener = listener
        self.port = port
        Thread.detachNewThread {
            while let client = try? listener.accepted() {
                guard let session = try? LocalSocket.connected(to: server) else {
                    client.close()
                    continue
                }
                Self.pass(from: client, to: session) { $0 }
                Self.pass(from: session, to: client, through: Self.renamed)
            }
        }
    }

    func close() {
        listener.shutDown()
        listener.close()
    }

    private static func pass(
        from source: LocalSocket, to target: LocalSocket,
        through change: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) {
        Thread.detachNewThread {
            while true {
                let bytes = source.read()
                if bytes.isEmpty { return target.shutDown() }
                target.write(change(bytes))
            }
        }
    }

    /// The message BackendKeyData, `K` and 12 as its length, is sent once, with what comes at the
    /// start of a session: gives it another process id.
    private static func renamed(_ bytes: [UInt8]) -> [UInt8] {
        let head: [UInt8] = [0x4b, 0, 0, 0, 12]
        guard bytes.count >= 13,
            let start = (0...(bytes.count - 13)).first(where: {
                Array(bytes[$0..<($0 + 5)]) == head
            })
        else { return bytes }
        var bytes = bytes
        bytes[start + 5] ^= 0x40
        return bytes
    }
}
