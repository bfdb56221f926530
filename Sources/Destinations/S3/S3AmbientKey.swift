internal import Credentials
internal import Foundation

/// A source of the worker's own access key.
protocol S3KeyProvider: Sendable {
    /// - Returns: Nil where there is none.
    /// - Throws: ``S3Failure`` for a transient error, ``DestinationError`` for others.
    func credentials() async throws -> S3Credentials?
}

/// The worker's own access key, searched in the order of Amazon's own tools.
struct S3AmbientKey: Sendable {
    let destination: String
    let region: String
    /// Without empty variables.
    let environment: [String: String]

    func credentials() async throws -> S3Credentials {
        for provider in providers {
            if let found = try await provider.credentials() { return found }
        }
        throw DestinationError.credentialUnavailable(
            destination: destination,
            CredentialUnavailable(
                "no access key found: name a credential of kind s3 in the setting "
                    + "\"credential\"; without one the worker looks in AWS_ACCESS_KEY_ID and "
                    + "AWS_SECRET_ACCESS_KEY, in its profile in ~/.aws, for "
                    + "AWS_WEB_IDENTITY_TOKEN_FILE, for AWS_CONTAINER_CREDENTIALS_FULL_URI or "
                    + "…_RELATIVE_URI, and in EC2's instance metadata"))
    }

    private var providers: [any S3KeyProvider] {
        let files = S3SharedFiles(environment)
        let found: [(any S3KeyProvider)?] = [
            S3EnvironmentKey(environment: environment),
            S3ProfileKey(destination: destination, files: files),
            S3SingleSignOn(destination: destination, files: files, environment: environment),
            S3WebIdentity(destination: destination, region: region, environment: environment),
            S3ContainerKey(destination: destination, environment: environment),
            S3InstanceKey(destination: destination, environment: environment),
        ]
        return found.compactMap { $0 }
    }
}

/// An access key in environment variables.
struct S3EnvironmentKey: S3KeyProvider {
    let environment: [String: String]

    func credentials() -> S3Credentials? {
        guard let id = environment["AWS_ACCESS_KEY_ID"],
            let secret = environment["AWS_SECRET_ACCESS_KEY"]
        else { return nil }
        return S3Credentials(
            accessKeyID: id, secretAccessKey: secret,
            sessionToken: environment["AWS_SESSION_TOKEN"])
    }
}
