internal import Foundation
import Values

/// The shared state of all requests to one bucket: the current access key and region.
actor S3Session {
    private(set) var region: String
    /// Whether copies must have a checksum.
    private(set) var wantsChecksums = false
    private let source: S3CredentialSource
    private var found: S3Credentials?
    private let margin: TimeInterval
    private let lookPause: Duration
    private var lastLook: ContinuousClock.Instant?

    /// - Parameters:
    ///   - margin: How many seconds before its expiry a key is renewed.
    ///   - lookPause: Minimum number of seconds between renewals of an expiring key.
    init(
        region: String, source: S3CredentialSource, margin: TimeInterval = 120,
        lookPause: Duration = .seconds(10)
    ) {
        self.region = region
        self.margin = margin
        self.lookPause = lookPause
        self.source = source
    }

    func wantChecksums() { wantsChecksums = true }

    func use(region: String) { self.region = region }

    /// The access key, renewed shortly before it expires. The old one is used until then, while
    /// another request renews it, and if the renewal fails.
    func credentials() async throws -> S3Credentials {
        if let found, found.isValid(for: margin) || (found.isValid(for: 5) && !isLookDue) {
            return found
        }
        let previous = found
        lastLook = .now
        do {
            let fresh = try await source.key()
            found = fresh
            return fresh
        } catch let error as S3Failure {
            if let previous, previous == found, previous.isValid(for: 5) { return previous }
            throw error
        }
    }

    /// Prevents a renewal before each request if the key is not replaced in time.
    private var isLookDue: Bool { lastLook.map { .now - $0 >= lookPause } ?? true }

    /// Renews the access key at the next request, unless another request already has.
    func forget(_ refused: S3Credentials) {
        if found == refused { found = nil }
    }
}
