internal import Foundation

/// An access key. Never shown: its description holds no secret.
struct S3Credentials: Sendable, Equatable, CustomStringConvertible {
    var accessKeyID: String
    var secretAccessKey: String
    var sessionToken: String?
    /// When they end by themselves; nil for those that do not, or do not say.
    var expiration: Date?
    /// A PEM file with the certificates to trust instead of the system's.
    var caFile: String?

    /// Whether they last so many seconds more.
    func isValid(for seconds: TimeInterval) -> Bool {
        expiration.map { $0.timeIntervalSinceNow > seconds } ?? true
    }

    var description: String { "access key …\(accessKeyID.suffix(4))" }
}
