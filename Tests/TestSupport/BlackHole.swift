import Foundation
import Locks

/// A proxy to a server on this machine that, on request, accepts everything and answers nothing, as
/// a network does that drops packets.
public final class BlackHole: Sendable {
    public let port: Int
    private let listener: LocalSocket
    private let target: Int
    private let state = Locked((isSilent: false, isAsked: false))

    /// - Parameter target: The port of the server.
    public init(before target: Int) throws {
        (listener, port) = try LocalSocket.listening()
        self.target = target
        Thread { [self] in
            while let client = try? listener.accepted() { serve(client) }
        }.start()
    }

    /// From now on nothing is answered.
    public func hush() { state.withLock { $0.isSilent = true } }

    /// Whether something has been asked since it is silent.
    public var isAsked: Bool { state.withLock { $0.isAsked } }

    public func close() {
        listener.shutDown()
        listener.close()
    }

    private func serve(_ client: LocalSocket) {
        guard let server = try? LocalSocket.connected(to: target) else { return client.close() }
        Thread { [self] in
            pass(client, server)
            server.shutDown()
        }.start()
        Thread { [self] in
            pass(server, client)
            client.shutDown()
        }.start()
    }

    private func pass(_ from: LocalSocket, _ to: LocalSocket) {
        while true {
            let bytes = from.read()
            if bytes.isEmpty { return }
            let isSilent = state.withLock { state in
                if state.isSilent { state.isAsked = true }
                return state.isSilent
            }
            if !isSilent { to.write(bytes) }
        }
    }
}
