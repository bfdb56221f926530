public import Credentials
public import Foundation
public import Manifests

extension DestinationKind {
    /// Opens a folder of a destination of this kind, to read deliveries. Connects to a server, so
    /// it blocks.
    ///
    /// - Parameters:
    ///   - path: The names of the folders below the destination's own. The folder need not exist.
    ///   - name: The name under which it is configured, for messages.
    ///   - settings: As for ``makeDestination(name:settings:limits:sandbox:)``.
    ///   - sandbox: The name of the sandbox that delivered it; nil in production.
    /// - Returns: Nil for `postgres`, whose deliveries are tables; see ``PostgresDelivery``.
    /// - Throws: `SettingsError`, ``DestinationError``
    public func openFolder(
        _ path: [String], of name: String, settings: Data, credentials: WorkerCredentials,
        sandbox: String? = nil
    ) throws -> (any DeliveryFolder)? {
        let quarantine = sandbox.map { Quarantine(sandbox: $0) }
        let below = (quarantine?.folders ?? []) + path
        func folder(in root: String) -> String {
            "/" + (root.split(separator: "/").map(String.init) + below).joined(separator: "/")
        }
        switch self {
        case .directory:
            return LocalFolder(folder(in: try DirectorySettings(json: settings).path))
        case .sftp:
            let settings = try SFTPSettings(json: settings)
            let session = try SFTPSession(
                destination: name, settings: settings, credentials: credentials,
                timeouts: SFTPTimeouts())
            let path = folder(in: settings.path)
            return SFTPDeliveryFolder(
                tree: SFTPFileTree(session: session), folder: path == "/" ? "" : path)
        case .s3:
            let settings = try S3Settings(json: settings)
            return S3DeliveryFolder(
                client: S3Client(destination: name, settings: settings, credentials: credentials),
                prefix: settings.prefix + below.map { $0 + "/" }.joined())
        case .postgres:
            return nil
        }
    }
}

extension DestinationError {
    /// The same as an error about one file, if others may still be readable.
    var asReadingError: any Error {
        switch self {
        case .accessDenied, .notAllowed, .refused:
            DeliveryReadingError.failed(reason: problem, cause: self)
        default: self
        }
    }
}
