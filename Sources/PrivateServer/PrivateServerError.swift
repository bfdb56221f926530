/// Why a private server could not be started.
public enum PrivateServerError: Error, Sendable, Equatable {
    /// PostgreSQL's programs are not on this machine.
    case notInstalled(searched: [String])
    /// A program failed; the text is its output.
    case failed(program: String, output: String)
    /// The directory is unusable.
    case directory(String)
    /// PostgreSQL refuses to run as root, and there is no other user to run it as.
    case noUnprivilegedUser(String)
}

extension PrivateServerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notInstalled(let searched):
            """
            PostgreSQL's server programs (initdb, postgres) were not found in \
            \(searched.joined(separator: ", ")). Install them: `apt install postgresql` on Debian \
            and Ubuntu, `brew install postgresql@17` on macOS; or put their directory on the PATH.
            """
        case .failed(let program, let output): "\(program) failed: \(output)"
        case .directory(let reason): reason
        case .noUnprivilegedUser(let reason):
            """
            PostgreSQL refuses to run as root, and \(reason). Run as an ordinary user, or install \
            Debian's package `postgresql`, which creates the user `postgres`.
            """
        }
    }
}
