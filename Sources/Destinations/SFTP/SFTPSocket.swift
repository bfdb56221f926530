internal import Foundation
import Values

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A TCP connection to a server, opened within a time limit.
enum SFTPSocket {
    /// Why there is no connection.
    struct Failure: Error {
        let reason: String
    }

    /// A connected non-blocking socket that notices within two minutes if the server or the network
    /// is gone. The caller must close it.
    static func connect(host: String, port: Int, timeout: Duration) throws(Failure) -> Int32 {
        var hints = addrinfo()
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var addresses: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &addresses)
        guard code == 0, let first = addresses else {
            throw Failure(reason: "host \"\(host)\": " + String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(first) }
        let deadline = ContinuousClock.now + timeout
        var failure = Failure(reason: "host \"\(host)\" has no address")
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let address = next {
            next = address.pointee.ai_next
            do {
                return try connect(to: address.pointee, until: deadline)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static func connect(
        to address: addrinfo, until deadline: ContinuousClock.Instant
    ) throws(Failure) -> Int32 {
        let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        if descriptor < 0 { throw failure(errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        setOptions(of: descriptor)
        do {
            try finishConnecting(descriptor, to: address, until: deadline)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func finishConnecting(
        _ descriptor: Int32, to address: addrinfo, until deadline: ContinuousClock.Instant
    ) throws(Failure) {
        #if canImport(Glibc)
            let code = Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen)
        #else
            let code = Darwin.connect(descriptor, address.ai_addr, address.ai_addrlen)
        #endif
        if code == 0 { return }
        guard errno == EINPROGRESS || errno == EINTR else { throw failure(errno) }
        while true {
            let left = Int32(max(0, (deadline - .now) / .milliseconds(1)))
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let ready = poll(&waiting, 1, left)
            if ready > 0 { break }
            if ready == 0 { throw Failure(reason: "connecting timed out") }
            if errno != EINTR { throw failure(errno) }
        }
        var pending: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &pending, &size)
        if pending != 0 { throw failure(pending) }
    }

    private static func setOptions(of descriptor: Int32) {
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        #if canImport(Glibc)
            set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30)
        #else
            set(Int32(IPPROTO_TCP), TCP_KEEPALIVE, 30)
            set(SOL_SOCKET, SO_NOSIGPIPE, 1)
        #endif
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 15)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
    }

    private static func failure(_ code: Int32) -> Failure {
        Failure(reason: String(cString: strerror(code)))
    }
}
