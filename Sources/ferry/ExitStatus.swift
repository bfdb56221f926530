import ArgumentParser

/// What the exit status of `ferry` says. Stable: scripts rely on it.
enum ExitStatus: Int32, CaseIterable {
    case succeeded = 0
    case failed = 1
    case stopped = 2
    case timedOut = 3
    case changes = 4
    case usage = 64
    case notFound = 66
    case unavailable = 69
    case internalError = 70
    case noPermission = 77
    case schema = 78
    case interrupted = 130

    var meaning: String {
        switch self {
        case .succeeded: "it succeeded: the command was applied, the run succeeded"
        case .failed: "the command was rejected or failed, the run failed, a fault was found"
        case .stopped: "the run was stopped, the command was canceled"
        case .timedOut: "timed out; the command or run continues"
        case .changes: "the configuration is not yet as the file says (ferry plan)"
        case .usage: "the arguments or a file are wrong, or a command was refused; nothing was done"
        case .notFound: "there is no such run, command, data export, file or bucket"
        case .unavailable: "the database or server cannot be reached, or cannot do it now"
        case .internalError: "internal error"
        case .noPermission: "the database role or the credential may not do this"
        case .schema: "the Ferry schema is missing or of another release"
        case .interrupted: "interrupted from the keyboard"
        }
    }

    static let help = allCases.map { status in
        let number = String(status.rawValue)
        return String(repeating: " ", count: 5 - number.count) + "\(number)  \(status.meaning)"
    }.joined(separator: "\n")

    var code: ExitCode { ExitCode(rawValue) }
}
