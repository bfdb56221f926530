public import Credentials
internal import Formats
public import Values

/// An error of a destination. Every description names the destination, the object, and a hint.
public enum DestinationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The destination denied access; an administrator must act. `reason` has the cause and a hint,
    /// if the destination gave a reason.
    case accessDenied(destination: String, path: String, reason: String? = nil)
    /// The location in the destination's settings does not exist. `rule` says what must exist,
    /// unless it is a directory.
    case notFound(destination: String, path: String, rule: String? = nil)
    /// The worker cannot use the credential that the destination names.
    case credentialUnavailable(destination: String, CredentialUnavailable)
    /// The destination rejected the login: `user`, by `method`, for `reason`.
    case notAuthenticated(destination: String, user: String, method: String, reason: String)
    /// A staged file no longer exists.
    case stagedFileMissing(destination: String, run: Int64, file: String)
    /// No space, or no quota, is left.
    case full(destination: String, path: String)
    /// The destination is unreachable or not working; a retry may succeed.
    case unavailable(destination: String, path: String, reason: String)
    /// A rule of the worker or the operating system forbids this place.
    case notAllowed(destination: String, path: String, rule: String)
    /// The destination rejected the data, for `reason`.
    case refused(destination: String, path: String, reason: String)
    /// The folder contains something else. `existing` and `publishing` say what, by SHA-256.
    case alreadyPublished(
        destination: String, folder: String, existing: String, publishing: String)
    /// The destination's content differs from what was written.
    case checksumMismatch(destination: String, file: String, expected: String, actual: String)
    /// A later run has filled the same tables since; its delivery must stay.
    case overtaken(destination: String, run: Int64, by: Int64)
    /// The publication is inconsistent.
    case invalidPublication(destination: String, run: Int64, reason: String)

    /// What to do after an error.
    public enum Disposition: Sendable, Equatable {
        /// A later retry may succeed without changes.
        case retry
        /// It cannot succeed without intervention.
        case discard
    }

    public var disposition: Disposition {
        switch self {
        case .unavailable: .retry
        case .accessDenied, .notAuthenticated, .notFound, .credentialUnavailable,
            .stagedFileMissing, .full, .notAllowed, .refused, .alreadyPublished,
            .checksumMismatch, .overtaken, .invalidPublication:
            .discard
        }
    }

    /// Whether this error of ``DestinationAdapter/publish(_:)`` proves that none of the publication
    /// is visible, and that no attempt can make it visible any more.
    public var provesNothingVisible: Bool {
        switch self {
        case .stagedFileMissing, .overtaken: true
        default: false
        }
    }

    /// A stable name for programs.
    public var code: String {
        switch self {
        case .accessDenied, .notAuthenticated: "destination_access_denied"
        case .notFound: "destination_not_found"
        case .credentialUnavailable: "credential_unavailable"
        case .stagedFileMissing: "staged_file_missing"
        case .full: "destination_full"
        case .unavailable: "destination_unavailable"
        case .notAllowed: "destination_not_allowed"
        case .refused: "destination_refused"
        case .alreadyPublished: "already_published"
        case .checksumMismatch: "checksum_mismatch"
        case .overtaken: "overtaken"
        case .invalidPublication: "invalid_publication"
        }
    }

    /// The origin of the error.
    public var origin: ErrorOrigin {
        switch self {
        case .credentialUnavailable, .notAllowed: .configuration
        case .invalidPublication: .internal
        case .accessDenied, .notAuthenticated, .notFound, .stagedFileMissing, .full, .unavailable,
            .refused, .alreadyPublished, .checksumMismatch, .overtaken:
            .destination
        }
    }

    public var description: String { "destination \"\(shown(destination))\": \(problem)" }

    /// The name of the destination.
    private var destination: String {
        switch self {
        case .accessDenied(let destination, _, _), .notFound(let destination, _, _),
            .credentialUnavailable(let destination, _),
            .notAuthenticated(let destination, _, _, _),
            .stagedFileMissing(let destination, _, _), .full(let destination, _),
            .unavailable(let destination, _, _), .notAllowed(let destination, _, _),
            .refused(let destination, _, _), .alreadyPublished(let destination, _, _, _),
            .checksumMismatch(let destination, _, _, _), .overtaken(let destination, _, _),
            .invalidPublication(let destination, _, _):
            destination
        }
    }

    /// The description without the name of the destination.
    public var problem: String {
        switch self {
        case .accessDenied(_, let path, let reason):
            "access to \"\(shown(path))\" was denied"
                + (reason.map { ": \($0)" }
                    ?? ". Give the worker's user read and write permission there")
        case .notFound(_, let path, let rule):
            "\"\(shown(path))\" does not exist"
                + (rule.map { ". \($0)" }
                    ?? " or is not a directory. Create it, or correct the destination's path")
        case .credentialUnavailable(_, let error):
            "\(shown(error.description))"
        case .notAuthenticated(_, let user, let method, let reason):
            "the server refused user \"\(shown(user))\" by "
                + "\(method): \(shown(reason)). Correct the user or the secret, or configure the "
                + "server to accept it"
        case .stagedFileMissing(_, let run, let file):
            "the staged file \"\(shown(file))\" of run \(run) "
                + "is gone"
        case .full(_, let path):
            "no space or quota is left for "
                + "\"\(shown(path))\". Free some"
        case .unavailable(_, let path, let reason):
            "\"\(shown(path))\" is unavailable: "
                + "\(shown(reason)). If this persists, check the storage and its connection"
        case .notAllowed(_, let path, let rule):
            "\"\(shown(path))\" is not allowed: \(rule)"
        case .refused(_, let path, let reason):
            "\"\(shown(path))\" was rejected: "
                + shown(reason)
        case .alreadyPublished(_, let folder, let existing, let publishing):
            "\"\(shown(folder))\" already holds "
                + "\(shown(existing)), not the manifest \(publishing) of this run. Move that "
                + "folder away"
        case .checksumMismatch(_, let file, let expected, let actual):
            "\"\(shown(file))\" should have \(expected) but has \(actual). Check the storage"
        case .overtaken(_, let run, let newer):
            "run \(newer), which is later than run \(run), has been delivered since: its delivery "
                + "stays"
        case .invalidPublication(_, let run, let reason):
            "run \(run) cannot be published: "
                + "\(shown(reason))"
        }
    }
}
