import Foundation
import TestSupport
import Testing

@testable import Alerts

@Suite("A message posted to a web server", .timeLimit(.minutes(15)))
struct WebhookSenderTests {
    @Test func `is signed so that another implementation finds it right`() async throws {
        let outcome = try await post("/signed/204")

        #expect(outcome == .delivered)
        let request = try #require(try Receiver.shared().requests(to: "/signed").first)
        #expect(request.isSigned == true)
        #expect(request.id == "5c1f8d2e-0000-4000-8000-000000000001")
        #expect(request.headers["content-type"] == "application/json")
        let body = try JSONSerialization.jsonObject(with: Data(request.body.utf8))
        #expect((body as? [String: Any])?["event"] as? String == "failure")
    }

    @Test func `is not signed without a key, and has the headers that were chosen`() async throws {
        let outcome = try await post(
            "/plain/200", #""headers": {"Authorization": "Bearer abc"}"#)

        #expect(outcome == .delivered)
        let request = try #require(try Receiver.shared().requests(to: "/plain").first)
        #expect(request.isSigned == nil)
        #expect(request.headers["authorization"] == "Bearer abc")
    }

    @Test(arguments: [
        ("500", AttemptOutcome.failed(reason: "answered 500: said")),
        ("404", .failed(reason: "answered 404: said")),
        ("429after7", .failed(reason: "answered 429: said", retryAfter: .seconds(7))),
        ("410", .refused(reason: "answered 410: said")),
    ])
    func `is not delivered by any other answer than 2xx`(
        answer: String, expected: AttemptOutcome
    ) async throws {
        let outcome = try await post("/answers/\(answer)")

        #expect(outcome == expected)
    }

    @Test func `follows no redirect`() async throws {
        let outcome = try await post("/redirected/302")

        #expect(
            outcome
                == .failed(
                    reason: "answered 302: said; redirects are not followed: configure the new "
                        + "URL"))
        #expect(try Receiver.shared().requests(to: "/elsewhere").isEmpty)
    }

    @Test func `is given up for this time when no answer comes`() async throws {
        let outcome = try await post("/silent/hang", timeout: .seconds(1))

        #expect(outcome == .failed(reason: "no answer within 1 s"))
    }

    @Test func `is not delivered without a listener`() async throws {
        let (listener, port) = try LocalSocket.listening()
        listener.close()

        let outcome = await post(by: "http://127.0.0.1:\(port)/")

        guard case .failed(let reason, nil) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.hasPrefix("no answer: "), "\(reason)")
        #expect(reason.contains("onnection refused"), "\(reason)")
    }

    @Test func `is posted to a secret URL, without revealing it`() async throws {
        let outcome = try await post(
            "/hook-T0K3N/500", #""headers": {"x-echo": "s3cret /hook-T0K3N/500"}"#)

        #expect(try Receiver.shared().requests(to: "/hook-T0K3N").count == 1)
        guard case .failed(let reason, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.hasPrefix("answered 500"))
        #expect(!reason.contains("s3cret") && !reason.contains("T0K3N"), "\(reason)")
    }

    @Test(arguments: [
        (
            "postgresql://u:hunter2@db/x",
            "credential \"hook\" is of kind postgres, but kind webhook is required"
        ),
        (
            #"{"kind": "webhook", "url": "http://127.0.0.1:1/", "key": "hunter2"}"#,
            "the key of credential hook must be whsec_ followed by 24 to 64 bytes in base64"
        ),
    ])
    func `is not sent without a credential that is for it`(
        credential: String, reason: String
    ) async throws {
        #expect(await post(by: credential) == .failed(reason: reason))
    }

    @Test func `is not sent without its credential, and says what to do`() async {
        let outcome = await post(by: "")

        guard case .failed(let reason, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.hasPrefix("this worker has no credential \"hook\": give it one, as FERRY_"))
    }
}
