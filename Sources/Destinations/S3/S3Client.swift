internal import AsyncHTTPClient
internal import Credentials
internal import Crypto
internal import Formats
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
import Waiting

/// Sends requests for one bucket: signs them, retries them if useful, and reads errors wherever S3
/// returns them.
struct S3Client: Sendable {
    let destination: String
    let settings: S3Settings
    let session: S3Session
    var retries = Retries()
    var transport = S3Transport.shared
    /// Maximum wait for a request, overriding its own limit; nil for its own limit.
    var patienceMax: TimeAmount?
    /// Maximum duration of a copy, or of completing an upload.
    var copyPatience = TimeAmount.minutes(10)
    var copySizes = S3CopySizes()

    /// How often and after which delays a request is retried.
    struct Retries: Sendable {
        var attemptsMax = 6
        var backoff = Backoff(firstDelay: .milliseconds(150), delayMax: .seconds(8))
    }

    /// The same for interactive tests: without retries.
    var impatient: S3Client {
        var client = self
        client.retries.attemptsMax = 1
        client.patienceMax = .seconds(10)
        return client
    }

    init(destination: String, settings: S3Settings, credentials: WorkerCredentials) {
        self.destination = destination
        self.settings = settings
        session = S3Session(
            region: settings.region,
            source: S3CredentialSource(
                destination: destination, settings: settings, credentials: credentials))
    }

    /// For messages.
    func path(_ key: String?) -> String { "s3://\(settings.bucket)/\(key ?? "")" }

    /// Sends a request until it has a final answer.
    ///
    /// - Throws: ``S3Failure``, ``DestinationError``, `CancellationError`.
    func send(_ request: S3Request) async throws -> S3Response {
        var attempt = 1
        var (isRekeyed, isRedirected, isRepetition) = (false, false, false)
        while true {
            let credentials = try await retryingCredentials()
            var failure: S3Failure
            do {
                var response = try await exchange(request, credentials)
                response.isRepetition = isRepetition
                guard let found = Self.failure(in: response, to: request, path(request.key)) else {
                    return response
                }
                failure = found
            } catch let error as DestinationError {
                throw error
            } catch {
                if error is CancellationError || Task.isCancelled { throw CancellationError() }
                failure = S3Failure(
                    operation: request.operation, path: path(request.key), status: 0, code: "",
                    message: Self.message(of: error), isOverdue: Self.isOverdue(error))
            }
            failure.isRepetition = isRepetition
            if failure.mayRefuseKey, !isRekeyed {
                isRekeyed = true
                await session.forget(credentials)
                continue
            }
            switch failure.remedy {
            case .otherRegion(let region) where !isRedirected:
                isRedirected = true
                await session.use(region: region)
            case .sendAgain
            where attempt < retries.attemptsMax && !(request.isWorkedOn && failure.isOverdue):
                attempt += 1
                // It may still have been executed.
                isRepetition = isRepetition || failure.status == 0 || failure.status >= 500
                try await Task.sleep(for: retries.backoff.delay(after: attempt - 1))
            default:
                throw failure
            }
        }
    }

    private func retryingCredentials() async throws -> S3Credentials {
        var attempt = 1
        while true {
            do {
                return try await session.credentials()
            } catch let error where !(error is DestinationError) {
                if error is CancellationError || Task.isCancelled { throw CancellationError() }
                guard let failure = error as? S3Failure else { throw error }
                attempt += 1
                guard failure.remedy == .sendAgain, attempt <= retries.attemptsMax else {
                    throw failure
                }
                try await Task.sleep(for: retries.backoff.delay(after: attempt - 1))
            }
        }
    }

    private func exchange(
        _ request: S3Request, _ credentials: S3Credentials
    ) async throws -> S3Response {
        let region = await session.region
        let endpoint = settings.endpoint ?? S3Endpoint(region: region)
        let encodedKey = (request.key ?? "").uriEncoded(keepingSlashes: true)
        let host = settings.usesPathStyle ? endpoint.host : "\(settings.bucket).\(endpoint.host)"
        let path =
            settings.usesPathStyle
            ? "\(endpoint.path)/\(settings.bucket)"
                + (request.key == nil ? "" : "/\(encodedKey)")
            : "/\(encodedKey)"
        let query =
            request.query.isEmpty
            ? ""
            : "?"
                + request.query.map { "\($0.uriEncoded())=\($1.uriEncoded())" }
                .joined(separator: "&")

        var outgoing = HTTPClientRequest(url: "\(endpoint.scheme)://\(host)\(path)\(query)")
        outgoing.method = request.method
        if let file = credentials.caFile {
            outgoing.tlsConfiguration = try S3Transport.trust(in: file, of: destination)
        }
        let timestamp = S3Signature.timestamp(Date())
        let payloadHash = request.body.sha256
        var headers = request.headers
        headers.append(("host", host))
        headers.append(("x-amz-date", timestamp))
        headers.append(("x-amz-content-sha256", payloadHash))
        if let token = credentials.sessionToken {
            headers.append(("x-amz-security-token", token))
        }
        let authorization = S3Signature(credentials: credentials, region: region).authorization(
            S3Signature.Subject(
                method: request.method.rawValue, path: path, query: request.query,
                headers: headers, payloadHash: payloadHash), timestamp: timestamp)
        outgoing.headers = HTTPHeaders(headers + [("authorization", authorization)])
        if request.body.readableBytes > 0 || request.method == .PUT || request.method == .POST {
            outgoing.body = .bytes(request.body)
        }
        let patience = min(request.patience, patienceMax ?? request.patience)
        let response = try await transport.client(for: patience)
            .execute(outgoing, timeout: patience)
        let answer = try await response.body.collect(upTo: request.answerBytesMax)
        return S3Response(
            status: Int(response.status.code), headers: response.headers,
            body: Array(answer.readableBytesView))
    }

    /// The error in an answer, nil if there is none.
    static func failure(
        in response: S3Response, to request: S3Request, _ path: String
    ) -> S3Failure? {
        let isOK = (200..<300).contains(response.status)
        if isOK, !request.mayFailWithin200 { return nil }
        let answer = S3XML(response.body)
        if isOK, let answer, answer.name != "Error" { return nil }
        if isOK, response.body.isEmpty, response.headers.contains(name: "etag") {
            return S3Failure(
                operation: request.operation, path: path, status: 501, code: "",
                message: "the service treated it as a request that stores an object")
        }
        let code = answer?.text("Code") ?? ""
        // A late error has no status; most of them are transient.
        let status = isOK ? (code == "AccessDenied" ? 403 : 500) : response.status
        return S3Failure(
            operation: request.operation, path: path, status: status, code: code,
            message: answer?.text("Message")
                ?? (isOK ? "the answer is neither a result nor an error" : ""),
            region: response.headers.first(name: "x-amz-bucket-region")
                ?? answer?.text("Region"), isOverdue: status == 504)
    }

    static func isOverdue(_ error: any Error) -> Bool {
        let error = error as? HTTPClientError
        return error == .deadlineExceeded || error == .readTimeout
    }

    static func message(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription
        case let error as IOError: error.description
        default: "\(error)"
        }
    }
}

extension ByteBuffer {
    /// In lowercase hexadecimal digits.
    var sha256: String {
        withUnsafeReadableBytes { bytes in
            var hash = SHA256()
            hash.update(bufferPointer: bytes)
            return hash.finalize().hexadecimal
        }
    }

    /// As in `Content-MD5`: in base64.
    var contentMD5: String {
        withUnsafeReadableBytes { bytes in
            var hash = Insecure.MD5()
            hash.update(bufferPointer: bytes)
            return Data(hash.finalize()).base64EncodedString()
        }
    }
}
