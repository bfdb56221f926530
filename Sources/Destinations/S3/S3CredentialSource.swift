internal import Credentials
internal import Foundation

/// Where an access key comes from: the credential of the destination, or the worker's environment.
struct S3CredentialSource: Sendable {
    let destination: String
    let settings: S3Settings
    let credentials: WorkerCredentials
    var environment: @Sendable () -> [String: String] = { ProcessInfo.processInfo.environment }

    /// - Throws: ``DestinationError`` if there is none, or it is not valid for the settings'
    ///   endpoint.
    func key() async throws -> S3Credentials {
        guard let name = settings.credential else {
            guard address.isAmazons else {
                throw unavailable(
                    "the worker's own AWS credentials are only for Amazon's endpoints, not for "
                        + "\(address): name a credential of kind s3 with this endpoint in the "
                        + "setting \"credential\"")
            }
            return try await ambient()
        }
        let access: S3Access
        do throws(CredentialUnavailable) {
            access = try await credentials.s3(name)
        } catch {
            throw DestinationError.credentialUnavailable(destination: destination, error)
        }
        // One without a path is valid for its whole host.
        let isAllowed =
            access.endpoint.map { $0.matches(address.origin) || $0.matches(address.description) }
            ?? address.isAmazons
        guard isAllowed else {
            throw DestinationError.credentialUnavailable(
                destination: destination,
                .misplaced(
                    name, at: address.description,
                    allowed: access.endpoint?.description ?? "Amazon's endpoints"))
        }
        var found =
            if let keys = access.keys {
                S3Credentials(
                    accessKeyID: keys.id, secretAccessKey: keys.secret,
                    sessionToken: keys.sessionToken)
            } else {
                try await ambient()
            }
        found.caFile = access.caFile
        return found
    }

    private var address: S3Endpoint { settings.endpoint ?? S3Endpoint(region: settings.region) }

    private func unavailable(_ reason: String) -> DestinationError {
        .credentialUnavailable(destination: destination, CredentialUnavailable(reason))
    }

    /// The access key of the worker's environment.
    private func ambient() async throws -> S3Credentials {
        try await S3AmbientKey(
            destination: destination, region: settings.region,
            environment: environment().filter { !$0.value.isEmpty }
        ).credentials()
    }
}
