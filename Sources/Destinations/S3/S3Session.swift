import Values
internal import Foundation

/// What all requests to one bucket share: the access key and the region in force.
actor S3Session {
    private(set) var region: String
    /// Whether copies must bear a checksum.
    private(set) var wantsChecksums = false
    private let source: S3CredentialSource
    private var found: S3Credentials?
    private let margin: TimeInterval
    private let lookPause: Duration
    private var lastLook: ContinuousClock.Instant?

    /// - Parameters:
    ///   - margin: How many seconds before a key expires another one is looked for.
    ///   - lookPause: How long a key that expires soon is used before it is looked for again.
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

    /// The access key, looked for again shortly before it expires. Until then the old one does,
    /// while another request looks for it, and where that fails.
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

    /// So that a key which is not replaced in time is not asked for before each request.
    private var isLookDue: Bool { lastLook.map { .now - $0 >= lookPause } ?? true }

    /// Looks for the access key again next time, unless somebody has already.
    func forget(_ refused: S3Credentials) {
        if found == refused { found = nil }
    }
}
