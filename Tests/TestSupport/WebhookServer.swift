import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A real web server that knows nothing of Ferry: Python's own. It checks each signature itself,
/// and answers what the path asks for.
///
/// `/a/500,hang,200` answers the first request with 500, the second never, and all others with 200.
/// It ends with the process of the tests, or on request.
public final class WebhookServer: Sendable {
    /// The key that requests are signed with, and the same as a secret.
    public static let secret = "whsec_c2VjcmV0IGtleSBvZiB0aGUgdGVzdHMgb2YgYWxlcnRz"

    public let port: Int
    private let process: Process
    private let log: String

    /// A request as the server saw it.
    public struct Request: Decodable, Sendable {
        public let path: String
        public let id: String?
        public let body: String
        public let headers: [String: String]
        /// Whether the server found the signature to be right; nil without one.
        public let isSigned: Bool?
        /// What it was answered with.
        public let answer: String

        enum CodingKeys: String, CodingKey {
            case path, id, body, headers
            case isSigned = "signed"
            case answer
        }
    }

    /// - Parameter port: Where it listens; a free port when nil.
    public init(port: Int? = nil) throws {
        if let port {
            self.port = port
        } else {
            let (listener, free) = try LocalSocket.listening()
            listener.close()
            self.port = free
        }
        log =
            FileManager.default.temporaryDirectory.path(percentEncoded: false)
            + "ferry-webhooks-" + UUID().uuidString
        process = try TestPython.process(
            [
                "-c", Self.program, "\(ProcessInfo.processInfo.processIdentifier)",
                "\(self.port)", log, Self.secret,
            ])
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = Date(timeIntervalSinceNow: 60)
        while true {
            if let connection = try? LocalSocket.connected(to: self.port) {
                connection.close()
                return
            }
            guard process.isRunning, Date() < deadline else { throw NotStarted() }
            usleep(20_000)
        }
    }

    public struct NotStarted: Error {}

    public func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// All requests so far whose path begins so.
    public func requests(to path: String = "/") throws -> [Request] {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return try text.split(separator: "\n")
            .map { try JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
            .filter { $0.path.hasPrefix(path) }
    }

    public func stop() {
        // It may have inherited that other signals are blocked.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(atPath: log)
    }

    /// Ends automatically with the tests, even if they crash.
    private static let program = """
        import base64, hashlib, hmac, json, os, sys, threading, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        parent, port, log, secret = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
        key = base64.b64decode(secret.removeprefix("whsec_"))
        lock, counts = threading.Lock(), {}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                given = self.headers.get("webhook-signature")
                stamp = self.headers.get("webhook-timestamp")
                ident = self.headers.get("webhook-id")
                content = f"{ident}.{stamp}.".encode() + body
                mac = hmac.new(key, content, hashlib.sha256).digest()
                right = "v1," + base64.b64encode(mac).decode()
                with lock:
                    counts[self.path] = number = counts.get(self.path, 0) + 1
                    answers = self.path.rsplit("/", 1)[-1].split(",")
                    answer = answers[min(number, len(answers)) - 1]
                    with open(log, "a") as file:
                        file.write(json.dumps({
                            "path": self.path, "id": ident, "body": body.decode(),
                            "headers": {k.lower(): v for k, v in self.headers.items()},
                            "signed": None if given is None else hmac.compare_digest(given, right)
                                and abs(time.time() - int(stamp)) < 300,
                            "answer": answer}) + "\\n")
                if answer == "hang":
                    time.sleep(60)
                    return
                status, _, after = answer.partition("after")
                self.send_response(int(status))
                if after:
                    self.send_header("retry-after", after)
                if status.startswith("3"):
                    self.send_header("location", "/elsewhere/200")
                said = b"" if status == "204" else self.headers.get("x-echo", "said").encode()
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            def log_message(self, *_):
                pass

        def watch():
            while os.getppid() == parent:
                time.sleep(0.5)
            os._exit(0)
        threading.Thread(target=watch, daemon=True).start()
        ThreadingHTTPServer.daemon_threads = True
        ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
        """
}
