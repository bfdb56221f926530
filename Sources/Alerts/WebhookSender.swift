internal import AsyncHTTPClient
internal import Credentials
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
import Values
import Waiting

/// Posts a message to the web server that a credential names, signed.
struct WebhookSender: Sendable {
    let credentials: WorkerCredentials
    let timeout: Duration

    private static let answerBytesMax = 4096

    /// The connections to all receivers; open as long as the process lives. Not shared with other
    /// work, so that slow receivers do not delay exports.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.idleTimeout = .seconds(5)
        // Retries follow the database's clock.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }()

    /// - Parameter credential: The name of a credential of kind `webhook`.
    func send(_ delivery: ClaimedDelivery, by credential: String) async -> AttemptOutcome {
        let access: WebhookAccess
        do throws(CredentialUnavailable) {
            access = try await credentials.webhook(credential)
        } catch {
            return .failed(reason: excerpt("\(error)"))
        }
        guard let request = request(delivery, by: access) else {
            return .failed(
                reason: "the key of credential \(shown(credential)) must be whsec_ followed by 24 "
                    + "to 64 bytes in base64")
        }
        var secrets = access.secrets
        if let parts = URLComponents(string: access.url) {
            // Errors of a receiver or a resolver may repeat a part of it.
            secrets += [parts.path, parts.query ?? "", parts.password ?? ""].filter {
                $0.count > 1
            }
        }
        do {
            let outgoing = request
            let answer = try await Deadline(timeout).run {
                try await Self.answer(to: outgoing)
            }
            guard let answer else {
                return .failed(reason: "no answer within \(timeout.components.seconds) s")
            }
            return outcome(answer, secrets)
        } catch {
            return .failed(reason: excerpt("no answer: \(error)", without: secrets))
        }
    }

    private struct Answer: Sendable {
        let status: Int
        let retryAfter: String?
        let body: String
    }

    /// - Returns: Nil when the credential's key cannot sign.
    private func request(
        _ delivery: ClaimedDelivery, by access: WebhookAccess
    ) -> HTTPClientRequest? {
        let timestamp = Int(Date().timeIntervalSince1970)
        var request = HTTPClientRequest(url: access.url)
        request.method = .POST
        request.headers = [
            "content-type": "application/json", "user-agent": "Ferry", "webhook-id": delivery.id,
            "webhook-timestamp": "\(timestamp)",
        ]
        if let secret = access.key {
            guard let key = WebhookKey(secret) else { return nil }
            request.headers.add(
                name: "webhook-signature",
                value: key.signature(of: delivery.payload, id: delivery.id, timestamp: timestamp))
        }
        for (name, value) in access.headers.sorted(by: { $0 < $1 }) {
            request.headers.add(name: name, value: value)
        }
        request.body = .bytes(ByteBuffer(string: delivery.payload))
        return request
    }

    private static func answer(to request: HTTPClientRequest) async throws -> Answer {
        // The caller enforces the limit; this one only releases the connection.
        let response = try await client.execute(request, timeout: .minutes(5))
        var body: [UInt8] = []
        for try await buffer in response.body {
            body += buffer.readableBytesView.prefix(answerBytesMax - body.count)
            if body.count >= answerBytesMax { break }
        }
        return Answer(
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "retry-after"),
            body: String(decoding: body, as: UTF8.self))
    }

    private func outcome(_ answer: Answer, _ secrets: [String]) -> AttemptOutcome {
        if (200..<300).contains(answer.status) { return .delivered }
        let said = excerpt(answer.body, without: secrets)
        let reason = "answered \(answer.status)" + (said.isEmpty ? "" : ": \(said)")
        switch answer.status {
        case 410: return .refused(reason: reason)
        case 300..<400:
            return .failed(reason: "\(reason); redirects are not followed: configure the new URL")
        default:
            return .failed(
                reason: reason,
                retryAfter: answer.retryAfter.flatMap { RetryAfter.duration($0) })
        }
    }
}
