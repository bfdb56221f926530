import Values
internal import Formats
internal import Foundation

/// A request that S3 did not carry out.
struct S3Failure: Error, Sendable {
    var operation: String
    /// What it was about: `s3://bucket/key`.
    var path: String
    /// 0 when there was no answer.
    var status: Int
    /// S3's own code, such as `NoSuchKey`; empty when there was none.
    var code: String
    var message: String
    /// The region in which the bucket lies, when S3 says that it is another one.
    var region: String?
    /// Whether an earlier sending of the request may have worked.
    var isRepetition = false
    /// Whether it was waited for as long as it may take, here or by a gateway.
    var isOverdue = false

    /// What can be done about it without a person.
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

    /// Whether the service says that it does not have the operation.
    var isUnsupported: Bool { status == 501 || status == 405 || code == "NotImplemented" }

    /// Whether the service may not have what was asked for: some call it a bad request.
    var mayBeUnsupported: Bool {
        isUnsupported || isBad
    }

    /// Whether the service calls the request a bad one, for what it is about or has no words for.
    var isBad: Bool { status == 400 && !refusesKey && (isUntold || remedy == .none) }

    /// Whether S3 says that it does not take the access key.
    var refusesKey: Bool {
        [
            "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken",
            "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestExpired",
        ].contains(code)
    }

    /// Whether another access key may help.
    var mayRefuseKey: Bool { refusesKey || (isUntold && (status == 400 || status == 403)) }

    /// Whether there is no code: the answer to a HEAD has no place for one.
    private var isUntold: Bool { code.isEmpty }

    private var isElsewhere: Bool {
        status == 301 || status == 307
            || ["AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect"]
                .contains(code)
    }

    /// Whether what was asked for is not there.
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
