internal import Formats
internal import Foundation
import Values

/// A failed S3 request.
struct S3Failure: Error, Sendable {
    var operation: String
    /// What it was about: `s3://bucket/key`.
    var path: String
    /// 0 without an answer.
    var status: Int
    /// S3's own code, such as `NoSuchKey`; empty if there was none.
    var code: String
    var message: String
    /// The bucket's region, if S3 reports another one.
    var region: String?
    /// Whether an earlier attempt of the request may have succeeded.
    var isRepetition = false
    /// Whether it timed out, here or at a gateway.
    var isOverdue = false

    /// What can be done automatically.
    enum Remedy: Equatable {
        case none
        case sendAgain
        case otherRegion(String)
    }

    var remedy: Remedy {
        if let region, isElsewhere { return .otherRegion(region) }
        switch code {
        case "SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "Throttling",
            "ThrottlingException", "RequestThrottled", "TooManyRequests", "BadDigest",
            "OperationAborted", "ConditionalRequestConflict", "IncompleteBody",
            "IDPCommunicationError":
            return .sendAgain
        default:
            let isTransient =
                status == 0 || status == 408 || status == 425 || status == 429
                || (status >= 500 && status != 501 && status != 507) || (isUntold && status == 400)
            return isTransient ? .sendAgain : .none
        }
    }

    /// Whether the service reports that it does not support the operation.
    var isUnsupported: Bool { status == 501 || status == 405 || code == "NotImplemented" }

    /// Whether the operation may be unsupported: some services report a bad request.
    var mayBeUnsupported: Bool {
        isUnsupported || isBad
    }

    /// Whether the service reports a bad request.
    var isBad: Bool { status == 400 && !refusesKey && (isUntold || remedy == .none) }

    /// Whether S3 rejected the access key.
    var refusesKey: Bool {
        [
            "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken",
            "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestExpired",
        ].contains(code)
    }

    /// Whether another access key may help.
    var mayRefuseKey: Bool { refusesKey || (isUntold && (status == 400 || status == 403)) }

    /// Whether there is no code: answers to HEAD have none.
    private var isUntold: Bool { code.isEmpty }

    private var isElsewhere: Bool {
        status == 301 || status == 307
            || ["AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect"]
                .contains(code)
    }

    /// Whether the requested object does not exist.
    var isMissing: Bool {
        status == 404 && code != "NoSuchBucket"
    }

    func asDestinationError(of destination: String) -> DestinationError {
        switch code {
        case "NoSuchBucket":
            return .notFound(
                destination: destination, path: path,
                rule: "Create the bucket, or correct bucket, region and endpoint")
        case "RequestTimeTooSkewed":
            return .accessDenied(
                destination: destination, path: path,
                reason: "S3 reports that the clock of this worker is wrong (\(code)). Correct it, "
                    + "preferably with NTP")
        case "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded":
            return .full(destination: destination, path: path)
        default:
            break
        }
        if isElsewhere {
            return .notAllowed(
                destination: destination, path: path,
                rule: "the bucket is not in this region (\(said)). Set the region"
                    + (region.map { " to \"\(shown($0))\"" } ?? " and the endpoint to its own"))
        }
        if isUnsupported {
            return .notAllowed(
                destination: destination, path: path,
                rule: "this service does not support \(operation), which Ferry needs (\(said)). "
                    + "Choose another service, or another kind of destination")
        }
        if status == 507 { return .full(destination: destination, path: path) }
        if remedy == .sendAgain {
            return .unavailable(destination: destination, path: path, reason: said)
        }
        if refusesKey {
            return .accessDenied(
                destination: destination, path: path,
                reason: "S3 rejected the access key (\(said)). Give the workers a valid one")
        }
        if status == 403 || status == 401 {
            return .accessDenied(
                destination: destination, path: path,
                reason: "\(said). Give the access key the right to do this")
        }
        return .notAllowed(
            destination: destination, path: path,
            rule: "S3 rejected it (\(said)). Check the destination's settings")
    }

    /// Operation, status, code and message.
    private var said: String {
        let head = [status == 0 ? "" : "\(status)", code].filter { !$0.isEmpty }
        let text = ([operation] + head).joined(separator: " ")
        return message.isEmpty ? text : shown("\(text): \(message.prefix(300))")
    }
}
