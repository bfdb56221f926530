import ArgumentParser

/// The exit statuses of `ferry`. Stable: scripts rely on them.
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
        case .succeeded: "success: a command was applied, a run succeeded"
        case .failed: "a command was rejected or failed, a run failed, or a check found a problem"
        case .stopped: "a run was stopped, or a command was canceled"
        case .timedOut: "timed out; the command or run continues"
        case .changes: "the configuration differs from the file (ferry plan)"
        case .usage: "invalid arguments or file, or a refused command; nothing was changed"
        case .notFound: "no such run, command, data export, file or bucket"
        case .unavailable:
            "the database or a server is unavailable, or cannot do this at the moment"
        case .internalError: "internal error"
        case .noPermission: "the database role or the credential lacks a right"
        case .schema: "the Ferry schema is missing or belongs to another release"
        case .interrupted: "interrupted from the keyboard"
        }
    }

    static let help = allCases.map { status in
        let number = String(status.rawValue)
        return String(repeating: " ", count: 5 - number.count) + "\(number)  \(status.meaning)"
    }.joined(separator: "\n")

    var code: ExitCode { ExitCode(rawValue) }
}
