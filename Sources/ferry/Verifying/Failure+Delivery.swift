import Destinations
import Formats
import Manifests

extension Failure {
    /// Why a delivery could not be verified.
    init(verifying error: any Error) {
        switch error {
        case ManifestError.missing(let path):
            self.init(
                .notFound, "there is no manifest \(path)",
                hint: "a delivery without a manifest is not complete")
        case let error as ManifestError: self.init(.failed, error.description)
        case let error as SettingsError:
            self.init(
                .usage, error.description,
                hint: "give the settings of the destination as --setting name=value, and its "
                    + "credential as --credential")
        case DestinationError.overtaken(_, let run, let newer):
            self.init(
                .failed, "run \(newer) has replaced the contents of the tables of run \(run)",
                hint: "verify run \(newer) instead")
        case let error as DestinationError:
            self.init(Self.status(error), error.problem)
        default: self.init(error)
        }
    }

    private static func status(_ error: DestinationError) -> ExitStatus {
        switch error {
        case .accessDenied, .notAuthenticated: .noPermission
        case .notFound: .notFound
        case .credentialUnavailable, .notAllowed: .usage
        case .unavailable: .unavailable
        case .stagedFileMissing, .full, .refused, .alreadyPublished, .checksumMismatch,
            .overtaken, .invalidPublication:
            .failed
        }
    }
}
