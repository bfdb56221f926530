#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Two connected ends: ours, which never blocks, and the one that a child process is given.
///
/// Sockets and no pipes, because writing to one whose reader is gone need raise no signal.
struct SocketPair {
    let ours: Int32
    let theirs: Int32

    init() throws(PGPError) {
        var ends: [Int32] = [-1, -1]
        #if canImport(Glibc)
            // Closed on exec from the first moment: another thread may start a process now.
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw .failed(reason: String(cString: strerror(errno)))
        }
        #if canImport(Darwin)
            var on: Int32 = 1
            setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        #endif
        _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
        ours = ends[0]
        theirs = ends[1]
    }
}

/// Writes as much as there is room for.
func sendWithoutSignal(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
        send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    #else
        send(descriptor, bytes.baseAddress, bytes.count, 0)
    #endif
}
