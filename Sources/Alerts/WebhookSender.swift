internal import AsyncHTTPClient
internal import Foundation
internal import Lifecycle
internal import NIOCore
internal import NIOHTTP1

/// Posts a message to a web server, signed.
struct WebhookSender: Sendable {
    let timeout: Duration

    private static let answerBytesMax = 4096

    /// The connections to all receivers; open as long as the process lives. Shared with nothing
    /// else, so that slow receivers hold up no export.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.idleTimeout = .seconds(5)
        // Messages are sent again by the database's clock.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }()

    /// - Parameter url: A URL, or a reference to one.
    func send(_ delivery: ClaimedDelivery, to url: String) async -> AttemptOutcome {
        let request: HTTPClientRequest
        var secrets: [String] = []
        do throws(Unsendable) {
            request = try self.request(delivery, to: url, &secrets)
        } catch {
            return .failed(reason: error.reason)
        }
        do {
            let outgoing = request
            let answer = try await within(timeout) {
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

    /// Why nothing can be sent from this worker.
    private struct Unsendable: Error {
        let reason: String
    }

    private func request(
        _ delivery: ClaimedDelivery, to url: String, _ secrets: inout [String]
    ) throws(Unsendable) -> HTTPClientRequest {
        let target = try resolvedURL(url, &secrets)
        let timestamp = Int(Date().timeIntervalSince1970)
        var request = HTTPClientRequest(url: target)
        request.method = .POST
        request.headers = [
            "content-type": "application/json", "user-agent": "Ferry", "webhook-id": delivery.id,
            "webhook-timestamp": "\(timestamp)",
        ]
        if let reference = delivery.settings.secret {
            let secret = try resolved(reference)
            secrets.append(secret)
            guard let key = WebhookKey(secret) else {
                throw Unsendable(
                    reason: "the secret \(shown(reference)) is not whsec_ and the base64 of 24 "
                        + "to 64 bytes")
            }
            request.headers.add(
                name: "webhook-signature",
                value: key.signature(of: delivery.payload, id: delivery.id, timestamp: timestamp))
        }
        for (name, reference) in (delivery.settings.headers ?? [:]).sorted(by: { $0 < $1 }) {
            let value = try resolved(reference)
            secrets.append(value)
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                throw Unsendable(
                    reason: "the secret \(shown(reference)) cannot be a header: it has control "
                        + "characters")
            }
            request.headers.add(name: name, value: value)
        }
        request.body = .bytes(ByteBuffer(string: delivery.payload))
        return request
    }

    private func resolvedURL(
        _ url: String, _ secrets: inout [String]
    ) throws(Unsendable) -> String {
        guard url.hasPrefix("env:") || url.hasPrefix("file:") else { return url }
        let target = try resolved(url)
        secrets.append(target)
        let parts = URLComponents(string: target)
        guard let parts, ["https", "http"].contains(parts.scheme?.lowercased()) else {
            throw Unsendable(
                reason: "the secret \(shown(url)) is not a URL that begins with https:// or "
                    + "http://")
        }
        // What a receiver or a resolver complains about may be a part of it.
        secrets += [parts.path, parts.query ?? "", parts.password ?? ""].filter { $0.count > 1 }
        return target
    }

    private func resolved(_ reference: String) throws(Unsendable) -> String {
        do throws(SecretUnavailable) {
            return try SecretReference(reference).resolve()
        } catch {
            throw Unsendable(reason: "secret \(shown(error.reference)): \(error.reason)")
        }
    }

    private static func answer(to request: HTTPClientRequest) async throws -> Answer {
        // The limit is the caller's; this one only frees the connection.
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
            return .failed(reason: "\(reason); redirects are not followed: give the new URL")
        default:
            return .failed(
                reason: reason,
                retryAfter: answer.retryAfter.flatMap { RetryAfter.duration($0) })
        }
    }
}
