import Foundation
import Locks

/// A server on this machine that keeps what it is sent, like an attacker who wants others' secrets.
public final class CuriousServer: Sendable {
    public let port: Int
    private let listener: LocalSocket
    private let received = Locked<[[UInt8]]>([])

    /// What it asks for, whatever it is sent.
    public enum Manner: Sendable {
        /// Answers each request of HTTP that it is not allowed.
        case http
        /// Refuses TLS, then asks for the password in clear, as a server of PostgreSQL may.
        case postgres
    }

    public init(_ manner: Manner) throws {
        (listener, port) = try LocalSocket.listening()
        Thread { [self] in
            while let client = try? listener.accepted() {
                Thread { [self] in serve(client, manner) }.start()
            }
        }.start()
    }

    /// All that came, of each connection what arrived at once.
    public var texts: [String] {
        received.withLock { $0 }.map { String(decoding: $0, as: UTF8.self) }
    }

    public func close() {
        listener.shutDown()
        listener.close()
    }

    private func serve(_ client: LocalSocket, _ manner: Manner) {
        defer { client.close() }
        while true {
            let bytes = client.read()
            if bytes.isEmpty { return }
            received.withLock { $0.append(bytes) }
            switch manner {
            case .http:
                client.write(Array("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n".utf8))
            case .postgres where Array(bytes.prefix(8)) == [0, 0, 0, 8, 4, 210, 22, 47]:
                client.write(Array("N".utf8))
            case .postgres:
                client.write([UInt8(ascii: "R"), 0, 0, 0, 8, 0, 0, 0, 3])
            }
        }
    }
}
