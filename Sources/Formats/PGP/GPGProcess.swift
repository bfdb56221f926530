import Processes

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A running gpg: bytes go in and out, in any sizes, without deadlocks.
///
/// Used by one thread at a time. Ended and reaped when it is released.
final class GPGProcess {
    typealias Output = (UnsafeRawBufferPointer) throws -> Void

    private static let millisecondsWithoutProgressMax: Int32 = 300_000
    private static let complaintBytesMax = 16 * 1024

    private let id: pid_t
    /// The parent's ends; -1 once closed.
    private var input: Int32
    private var output: Int32
    private var errors: Int32
    private var status: Int32?
    private var complaints: [UInt8] = []
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 256 * 1024, alignment: 16)

    /// - Parameters:
    ///   - arguments: The program name first; it is searched in `PATH`.
    ///   - variables: Its complete environment.
    init(_ arguments: [String], variables: [String]) throws(PGPError) {
        let channels = try (SocketPair(), SocketPair(), SocketPair())
        defer { for pair in [channels.0, channels.1, channels.2] { close(pair.theirs) } }
        (input, output, errors) = (channels.0.ours, channels.1.ours, channels.2.ours)
        do throws(SpawnError) {
            id = try spawn(
                arguments, environment: variables,
                descriptors: [channels.0.theirs, channels.1.theirs, channels.2.theirs])
        } catch {
            // There is nothing to end.
            (id, status) = (0, -1)
            throw error.code == ENOENT ? .programMissing : .failed(reason: error.reason)
        }
    }

    deinit {
        for descriptor in [input, output, errors] where descriptor >= 0 { close(descriptor) }
        if status == nil {
            kill(id, SIGKILL)
            reap()
        }
        buffer.deallocate()
    }

    /// Sends all bytes, and passes on the output meanwhile.
    ///
    /// - Throws: ``PGPError`` if it has ended or makes no progress; errors of `sink`.
    func send(_ bytes: UnsafeRawBufferPointer, into sink: Output) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            try exchange(sending: &rest, into: sink)
        }
    }

    /// Closes its input, and passes on the rest of the output.
    ///
    /// - Throws: ``PGPError`` if it fails; errors of `sink`.
    func finish(into sink: Output) throws {
        closeInput()
        var nothing = UnsafeRawBufferPointer(start: nil, count: 0)[...]
        while output >= 0 || errors >= 0 {
            try exchange(sending: &nothing, into: sink)
        }
        reap()
        if status != 0 { throw PGPError.failed(reason: reason) }
    }

    private func exchange(
        sending rest: inout Slice<UnsafeRawBufferPointer>, into sink: Output
    ) throws {
        var polled = [
            pollfd(fd: rest.isEmpty ? -1 : input, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
        ]
        let count = poll(&polled, nfds_t(polled.count), Self.millisecondsWithoutProgressMax)
        if count < 0, errno != EINTR {
            throw PGPError.failed(reason: String(cString: strerror(errno)))
        }
        if count == 0 { throw PGPError.failed(reason: "it made no progress for five minutes") }
        if count < 0 { return }
        if polled[2].revents != 0 { receive(from: &errors) { keep($0) } }
        if polled[1].revents != 0 { try receive(from: &output, sink) }
        if polled[0].revents != 0 { try sendSome(of: &rest) }
    }

    private func sendSome(of rest: inout Slice<UnsafeRawBufferPointer>) throws {
        let piece = UnsafeRawBufferPointer(rebasing: rest)
        let count = sendWithoutSignal(input, piece)
        if count > 0 {
            rest = rest.dropFirst(count)
        } else if errno != EAGAIN, errno != EINTR {
            // It has ended; its other channels have the reason.
            closeInput()
            var nothing = rest.prefix(0)
            while errors >= 0 { try exchange(sending: &nothing) { _ in } }
            throw PGPError.failed(reason: reason)
        }
    }

    private func receive(
        from descriptor: inout Int32, _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        if count > 0 {
            try sink(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } else if count == 0 || errno != EAGAIN && errno != EINTR {
            close(descriptor)
            descriptor = -1
        }
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        complaints += bytes.prefix(Self.complaintBytesMax - complaints.count)
    }

    /// gpg's last messages, without warnings.
    private var reason: String {
        let lines = String(decoding: complaints, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("gpg: ") && !$0.contains("WARNING") }
            .map { String($0.dropFirst("gpg: ".count).prefix(200)) }
        return lines.isEmpty
            ? "it ended without an error message" : lines.suffix(2).joined(separator: "; ")
    }

    private func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    private func reap() {
        guard status == nil else { return }
        var code: Int32 = 0
        while waitpid(id, &code, 0) < 0, errno == EINTR {}
        status = code
    }
}
