import Foundation
import Lifecycle
import TestSupport

@testable import Alerts

/// The server that all tests here post to, each to a path of its own.
enum Receiver {
    private static let started = Result { try WebhookServer() }
    static func shared() throws -> WebhookServer { try started.get() }
}

/// A message as a worker claims it.
func message(
    settings: String, id: String = "5c1f8d2e-0000-4000-8000-000000000001", attempt: Int = 1
) throws -> ClaimedDelivery {
    let payload = """
        {\\"alert\\": \\"Ops\\", \\"event\\": \\"failure\\", \\"environment\\": \\"production\\", \
        \\"run\\": {\\"id\\": 7, \\"orchestration\\": \\"Nightly\\", \
        \\"data_export\\": \\"Daily customers\\", \\"destination\\": \\"Lake\\", \
        \\"state\\": \\"failed\\", \
        \\"error\\": {\\"code\\": \\"tables_missing\\", \\"message\\": \\"gone\\"}}}
        """
    let text = """
        {"id": "\(id)", "token": 1, "attempt": \(attempt), "alert": "Ops", "settings":
         {"on": ["failure"], "retry_seconds_max": 60, \(settings)}, "payload": "\(payload)"}
        """
    return try JSONDecoder().decode(ClaimedDelivery.self, from: Data(text.utf8))
}

/// Posts a message to a path of the server.
func post(
    _ path: String, settings: String = "\"secret\": \"env:FERRY_TEST_KEY\"",
    timeout: Duration = .seconds(15)
) async throws -> AttemptOutcome {
    setenv("FERRY_TEST_KEY", WebhookServer.secret, 1)
    let url = try Receiver.shared().url(path)
    let message = try message(settings: "\"url\": \"\(url)\", \(settings)")
    return await WebhookSender(timeout: timeout).send(message, to: url)
}
