internal import Foundation

/// What all requests to one bucket share: the access key and the region in force.
actor S3Session {
    private(set) var region: String
    /// Whether copies must bear a checksum.
    private(set) var wantsChecksums = false
    private let source: S3CredentialSource
    private var found: S3Credentials?

    init(region: String, source: S3CredentialSource) {
        self.region = region
        self.source = source
    }

    func wantChecksums() { wantsChecksums = true }

    func use(region: String) { self.region = region }

    /// The access key, looked for again shortly before it expires.
    func credentials() async throws -> S3Credentials {
        if let found, found.expiration.map({ $0.timeIntervalSinceNow > 120 }) ?? true {
            return found
        }
        let fresh = try await source.key()
        found = fresh
        return fresh
    }

    /// Looks for the access key again next time, unless somebody has already.
    func forget(_ refused: S3Credentials) {
        if found == refused { found = nil }
    }
}
