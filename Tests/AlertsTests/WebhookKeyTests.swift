import Foundation
import Testing

@testable import Alerts

@Suite("A webhook key", .timeLimit(.minutes(15)))
struct WebhookKeyTests {
    /// The example of the specification of Standard Webhooks and its libraries.
    @Test func `signs as Standard Webhooks has it`() throws {
        let key = try #require(WebhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))

        let signature = key.signature(
            of: #"{"test": 2432232314}"#, id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330)

        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(arguments: [
        "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64 at all !",
        "whsec_" + "c2hvcnQ=",
    ])
    func `is refused in any other form`(secret: String) {
        #expect(WebhookKey(secret) == nil)
    }
}

@Suite("Retry-After", .timeLimit(.minutes(15)))
struct RetryAfterTests {
    @Test(arguments: [
        ("7", 7), (" 120 ", 120), ("0", 0), ("Sat, 31 Jan 2026 12:00:30 GMT", 30),
        ("Sat, 31 Jan 2026 11:59:30 GMT", nil), ("-1", nil), ("soon", nil), ("", nil),
        ("99999999999999999999", nil),
    ])
    func `is in seconds or a moment`(text: String, seconds: Int?) {
        let now = Date(timeIntervalSince1970: 1_769_860_800)

        #expect(RetryAfter.duration(text, now: now) == seconds.map { .seconds($0) })
    }
}
