import Credentials
import Foundation
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
///
/// - Parameter access: What the credential has besides its URL, as JSON.
func post(
    _ path: String, _ access: String = #""key": "\#(WebhookServer.secret)""#,
    timeout: Duration = .seconds(15)
) async throws -> AttemptOutcome {
    let url = try Receiver.shared().url(path)
    return await post(by: #"{"kind": "webhook", "url": "\#(url)", \#(access)}"#, timeout)
}

/// Posts a message by a credential.
func post(by credential: String, _ timeout: Duration = .seconds(15)) async -> AttemptOutcome {
    do {
        return await WebhookSender(
            credentials: WorkerCredentials(environment: { ["FERRY_CREDENTIAL_HOOK": credential] }),
            timeout: timeout
        ).send(try message(settings: #""credential": "hook""#), by: "hook")
    } catch {
        return .failed(reason: "\(error)")
    }
}
