internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOSSL

/// The connections to all S3 services; open as long as the process lives.
enum S3Transport {
    /// - Parameter patience: How long an answer is waited for. A service that copies a long object
    ///   may be silent for all that time.
    static func client(for patience: TimeAmount) -> HTTPClient {
        patience > .seconds(60) ? patientClient : client
    }

    private static let client = newClient(read: .seconds(60))
    private static let patientClient = newClient(read: .minutes(10))

    private static func newClient(read: TimeAmount) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: read))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        // Requests are repeated here, with the delays that the service asks for.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    /// Trust in the certificates of a PEM file alone.
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
