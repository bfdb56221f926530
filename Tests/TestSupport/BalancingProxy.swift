import Foundation
import Locks

/// A TCP socket that leads each connection to the next of several servers, as a balancing name
/// does.
public final class BalancingProxy: Sendable {
    public let port: Int
    private let listener: LocalSocket
    private let servers: Locked<(ports: [Int], next: Int)>

    /// - Parameter ports: Of servers on this machine.
    public init(to ports: [Int]) throws {
        (listener, port) = try LocalSocket.listening()
        servers = Locked((ports, 0))
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while let client = try? listener.accepted() {
                guard let server = try? self?.connected() else {
                    client.close()
                    continue
                }
                Self.join(client, server)
            }
        }
    }

    deinit {
        listener.shutDown()
        listener.close()
    }

    /// Leads the next connections to these servers, beginning with the first.
    public func lead(to ports: [Int]) { servers.withLock { $0 = (ports, 0) } }

    private func connected() throws -> LocalSocket {
        let port = servers.withLock { servers in
            defer { servers.next += 1 }
            return servers.ports[servers.next % servers.ports.count]
        }
        return try LocalSocket.connected(to: port)
    }

    private static func join(_ client: LocalSocket, _ server: LocalSocket) {
        let passing = DispatchGroup()
        for (source, target) in [(client, server), (server, client)] {
            passing.enter()
            Thread.detachNewThread {
                while case let bytes = source.read(), !bytes.isEmpty { target.write(bytes) }
                source.shutDown()
                target.shutDown()
                passing.leave()
            }
        }
        passing.notify(queue: .global()) {
            client.close()
            server.close()
        }
    }
}
