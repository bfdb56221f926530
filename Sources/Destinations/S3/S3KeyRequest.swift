internal import AsyncHTTPClient
internal import Credentials
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// A request to a service that provides access keys to the worker.
struct S3KeyRequest: Sendable {
    let destination: String
    /// The service's name of the operation, for messages.
    let operation: String
    let url: String
    var method = HTTPMethod.GET
    var headers: [(String, String)] = []
    var body: ByteBuffer?
    /// Maximum wait for an answer.
    var patience = TimeAmount.seconds(5)

    /// The answer of a service.
    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// - Throws: ``S3Failure`` if there was no answer, or a throttling one.
    func send() async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers = HTTPHeaders(headers)
        request.body = body.map { .bytes($0) }
        let answer: Answer
        do {
            let response = try await S3Transport.shared.client(for: patience)
                .execute(request, timeout: patience)
            let body = try await response.body.collect(upTo: 1 << 20)
            answer = Answer(
                status: Int(response.status.code), body: Array(body.readableBytesView))
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            var failure = failure(0, S3Client.message(of: error))
            failure.isOverdue = S3Client.isOverdue(error)
            throw failure
        }
        if answer.status >= 500 || answer.status == 429 { throw failure(answer.status, "") }
        return answer
    }

    /// - Throws: ``DestinationError`` if the answer is invalid.
    func send<Value: Decodable>(as type: Value.Type) async throws -> Value {
        let answer = try await send()
        let value = try? JSONDecoder().decode(Value.self, from: Data(answer.body))
        guard answer.status == 200, let value else {
            throw refused(answer.status, S3KeyRefusal.said(in: answer.body))
        }
        return value
    }

    func failure(_ status: Int, _ message: String) -> S3Failure {
        S3Failure(
            operation: operation, path: address, status: status, code: "", message: message)
    }

    func refused(_ status: Int, _ message: String) -> DestinationError {
        .credentialUnavailable(
            destination: destination,
            CredentialUnavailable(
                "\(address) returned no access key (\(operation) \(status)"
                    + (message.isEmpty ? "" : ": \(message.prefix(300))")
                    + "). Check the role of the worker"))
    }

    /// Without potential secrets.
    private var address: String { String(url.prefix { $0 != "?" }) }
}

/// The error format of services that answer in JSON.
private struct S3KeyRefusal: Decodable {
    var code: String?
    var message: String?

    private enum CodingKeys: String, CodingKey {
        case code, Code, message, Message
    }

    /// Empty if there is none.
    static func said(in bytes: [UInt8]) -> String {
        guard let refusal = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            return ""
        }
        return [refusal.code, refusal.message].compactMap { $0 }.joined(separator: ": ")
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        code =
            try values.decodeIfPresent(String.self, forKey: .code)
            ?? values.decodeIfPresent(String.self, forKey: .Code)
        message =
            try values.decodeIfPresent(String.self, forKey: .message)
            ?? values.decodeIfPresent(String.self, forKey: .Message)
    }
}

/// An access key as returned to containers and instances.
struct S3IssuedKey: Decodable, Sendable {
    var id: String
    var secret: String
    var token: String?
    var expiration: String?

    private enum CodingKeys: String, CodingKey {
        case id = "AccessKeyId"
        case secret = "SecretAccessKey"
        case token = "Token"
        case expiration = "Expiration"
    }

    var credentials: S3Credentials {
        S3Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: token,
            expiration: expiration.flatMap(Date.init(fromAmazon:)))
    }
}

extension Date {
    /// A time in the format of Amazon's services: ISO 8601, with or without fractions of a second.
    init?(fromAmazon text: String) {
        let exact = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? Date(text, strategy: .iso8601)) ?? (try? Date(text, strategy: exact))
        else { return nil }
        self = date
    }
}
