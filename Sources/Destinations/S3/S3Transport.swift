internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOSSL

/// The connections to S3 services.
struct S3Transport: Sendable {
    /// The connections of this process, open for its lifetime.
    static let shared = S3Transport()

    private let client: HTTPClient
    private let patientClient: HTTPClient

    /// - Parameters:
    ///   - read: Maximum pause before and within an answer. Defaults to 60 seconds.
    ///   - patientRead: The same for long requests. Defaults to 10 minutes.
    init(read: TimeAmount = .seconds(60), patientRead: TimeAmount = .minutes(10)) {
        client = Self.newClient(read: read)
        patientClient = Self.newClient(read: patientRead)
    }

    /// - Parameter patience: Maximum wait for an answer. A service that copies a long object may be
    ///   silent for all that time.
    func client(for patience: TimeAmount) -> HTTPClient {
        patience > S3Request.ordinaryPatience ? patientClient : client
    }

    func shutDown() async throws {
        try await client.shutdown()
        try await patientClient.shutdown()
    }

    private static func newClient(read: TimeAmount) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: read))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        // Retries happen here, with the delays that the service requests.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    /// Trusts only the certificates of a PEM file.
    ///
    /// - Throws: ``DestinationError`` when it cannot be read.
    static func trust(in path: String, of destination: String) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(path)
            configuration.trustRoots = .certificates(certificates)
        } catch {
            throw DestinationError.notAllowed(
                destination: destination, path: path,
                rule: "ca_file must be a PEM file with certificates that this worker can read")
        }
        return configuration
    }
}
