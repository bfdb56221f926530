internal import Foundation

/// An access key. Never shown: its description contains no secret.
struct S3Credentials: Sendable, Equatable, CustomStringConvertible {
    var accessKeyID: String
    var secretAccessKey: String
    var sessionToken: String?
    /// When they expire; nil if they do not, or if it is unknown.
    var expiration: Date?
    /// A PEM file with the certificates to trust instead of the system's.
    var caFile: String?

    /// Whether they are valid for this many more seconds.
    func isValid(for seconds: TimeInterval) -> Bool {
        expiration.map { $0.timeIntervalSinceNow > seconds } ?? true
    }

    var description: String { "access key …\(accessKeyID.suffix(4))" }
}
