import Foundation
import Locks
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A TCP socket that listens on a free port of 127.0.0.1.
struct TCPListener {
    let descriptor: Int32
    let port: Int

    init() throws {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = TCPListener.address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, $0, &size) == 0
            }
        }
        try #require(isBound, "cannot listen on 127.0.0.1")
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    func close() {
        #if canImport(Glibc)
            _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR))
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }
}

/// A TCP proxy in front of a server, which misbehaves once so many bytes have gone to the server.
final class SFTPProxy: Sendable {
    enum Fault {
        /// Closes the connection.
        case cut
        /// Keeps it open and passes nothing on any more.
        case silence
    }

    var port: Int { listener.port }
    private let listener: TCPListener
    private let server: Int
    private let fault: Fault
    private let bytesLeft: Locked<Int>

    init(to server: Int, _ fault: Fault, afterBytes: Int) throws {
        listener = try TCPListener()
        self.server = server
        self.fault = fault
        bytesLeft = Locked(afterBytes)
        let descriptor = listener.descriptor
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0, let self else { return }
                self.serve(client)
            }
        }
    }

    deinit { listener.close() }

    private func serve(_ client: Int32) {
        #if canImport(Glibc)
            let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let upstream = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = TCPListener.address(port: server)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(upstream, $0, size) }
        }
        guard code == 0 else {
            close(client)
            return
        }
        Thread.detachNewThread { self.pass(from: upstream, to: client, isCounted: false) }
        Thread.detachNewThread { self.pass(from: client, to: upstream, isCounted: true) }
    }

    private func pass(from source: Int32, to target: Int32, isCounted: Bool) {
        defer {
            shutdown(source, Int32(SHUT_RDWR))
            shutdown(target, Int32(SHUT_RDWR))
        }
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            var (passed, isOver) = (count, false)
            if isCounted {
                bytesLeft.withLock { left in
                    passed = min(left, count)
                    left -= passed
                    isOver = left == 0
                }
            }
            if passed > 0, send(target, buffer, passed, Int32(sendFlags)) < 0 { return }
            if isOver, fault == .cut { return }
        }
    }

    #if canImport(Glibc)
        private let sendFlags = Int(MSG_NOSIGNAL)
    #else
        private let sendFlags = 0
    #endif
}
