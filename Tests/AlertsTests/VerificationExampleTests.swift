import Foundation
import TestSupport
import Testing

@testable import Alerts

@Suite("The example of docs/alerts.md", .timeLimit(.minutes(15)))
struct VerificationExampleTests {
    @Test func `distinguishes Ferry's messages from others`() async throws {
        let outcome = try await post("/example/200")
        #expect(outcome == .delivered)
        let request = try #require(try Receiver.shared().requests(to: "/example").first)
        let sent: [String: Any] = ["headers": request.headers, "body": request.body]
        let json = String(
            decoding: try JSONSerialization.data(withJSONObject: sent), as: UTF8.self)
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/alerts.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let example = try #require(text.firstMatch(of: /```python\n([\s\S]*?)```/)).output.1
        let script = FileManager.default.temporaryDirectory
            .appending(path: "ferry-example-\(UUID().uuidString).py")
        defer { try? FileManager.default.removeItem(at: script) }

        let lines = try TestPython.lines(
            of: example + """

                import json, sys
                sent, secret = json.loads(sys.argv[1]), sys.argv[2]
                headers, body = sent["headers"], sent["body"].encode()
                other = "whsec_" + base64.b64encode(b"x" * 32).decode()
                old = dict(headers, **{"webhook-timestamp": "1700000000"})
                print(is_from_ferry(headers, body, secret))
                print(is_from_ferry(headers, body + b" ", secret))
                print(is_from_ferry(headers, body, other))
                print(is_from_ferry(old, body, secret))
                """, at: script.path, [json, WebhookServer.secret])

        #expect(lines == ["True", "False", "False", "False"])
    }
}
