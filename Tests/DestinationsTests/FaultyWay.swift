import Foundation
import Locks
import TestSupport

/// A way to an HTTP server on which things happen.
final class FaultyWay: Sendable {
    /// The fate of a request.
    enum Fate: Sendable {
        case passed
        /// Passed once the gate is open.
        case held(Gate)
        /// Passed with another head; it ends with an empty line.
        case rewritten(head: String)
        /// Answered here; the server never sees it.
        case answered(Int, body: String = "", headers: [String: String] = [:])
        /// Closed after so many bytes of the request.
        case cutAfterRequestBytes(Int)
        /// The server gets it all, the client so many bytes of the answer.
        case cutAfterAnswerBytes(Int)

        /// An error as S3 words it.
        static func refused(
            _ status: Int, _ code: String, _ message: String = "", headers: [String: String] = [:],
            more: String = ""
        ) -> Fate {
            .answered(
                status,
                body: "<Error><Code>\(code)</Code><Message>\(message)</Message>\(more)</Error>",
                headers: headers)
        }
    }

    /// Holds requests back until it is opened, once.
    final class Gate: Sendable {
        private let group = DispatchGroup()

        init() { group.enter() }

        func open() { group.leave() }

        fileprivate func wait() { group.wait() }
    }

    /// The method, path and query of a request, and all of its head.
    struct Request: Sendable {
        var line: String
        var head: String
    }

    let port: Int
    private let server: Int
    private let listener: LocalSocket
    private let decide: @Sendable (Request) -> Fate
    private let requested = Locked<[Request]>([])

    /// - Parameter decide: Asked for each request.
    init(to server: Int, _ decide: @escaping @Sendable (Request) -> Fate) throws {
        self.server = server
        self.decide = decide
        (listener, port) = try LocalSocket.listening()
        Thread.detachNewThread { [listener, weak self] in
            while let client = try? listener.accepted() {
                Thread.detachNewThread { [weak self] in
                    self?.serve(client)
                    client.close()
                }
            }
            listener.close()
        }
    }

    deinit { listener.shutDown() }

    /// The first lines of the requests so far: `PUT /bucket/key?query`.
    var requests: [String] { seen.map(\.line) }

    /// The requests so far.
    var seen: [Request] { requested.withLock { $0 } }

    private func serve(_ client: LocalSocket) {
        var bytes: [UInt8] = []
        var found: Int?
        while found == nil {
            let more = client.read()
            if more.isEmpty { return }
            bytes += more
            found = Data(bytes).range(of: Data("\r\n\r\n".utf8))?.upperBound
        }
        let headEnd = found ?? 0
        let head = String(decoding: bytes[..<headEnd], as: UTF8.self)
        let line = head.prefix { $0 != "\r\n" }.split(separator: " ").prefix(2)
        let request = Request(line: line.joined(separator: " "), head: head)
        let fate = decide(request)
        requested.withLock { $0.append(request) }
        let length =
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) } ?? 0
        var end = headEnd + length
        if case .cutAfterRequestBytes(let count) = fate { end = min(end, count) }
        while bytes.count < end {
            let more = client.read()
            if more.isEmpty { return }
            bytes += more
        }
        if case .cutAfterRequestBytes = fate { return }
        if case .answered(let status, let body, let headers) = fate {
            let lines = headers.map { "\($0): \($1)\r\n" }.joined()
            // An answer to HEAD has no body.
            let shown = line.first == "HEAD" ? "" : body
            client.write(
                Array(
                    ("HTTP/1.1 \(status) Told\r\ncontent-length: \(body.utf8.count)\r\n"
                        + "connection: close\r\n\(lines)\r\n\(shown)").utf8))
            return
        }
        if case .held(let gate) = fate { gate.wait() }
        let body = bytes[headEnd...]
        var passed = head
        if case .rewritten(let other) = fate { passed = other }
        let sent =
            Array(
                passed.replacing("\r\n\r\n", with: "\r\nconnection: close\r\n\r\n").utf8) + body
        guard let upstream = try? LocalSocket.connected(to: server) else { return }
        defer { upstream.close() }
        upstream.write(sent)
        var room = Int.max
        if case .cutAfterAnswerBytes(let count) = fate { room = count }
        while true {
            let more = upstream.read()
            if more.isEmpty { return }
            // Read to the end all the same, so that the server has done its part.
            if room > 0 { client.write(Array(more.prefix(room))) }
            room -= min(room, more.count)
        }
    }
}
