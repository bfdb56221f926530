internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOSSL

/// The connections to all S3 services; open as long as the process lives.
enum S3Transport {
    static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: .seconds(60)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        // Requests are repeated here, with the delays that the service asks for.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }()

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
