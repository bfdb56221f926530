/// How the watched run or command ended.
public enum Outcome: Sendable, Equatable {
    /// The run succeeded, the command was applied.
    case succeeded
    /// The run failed, the command was rejected or failed.
    case failed
    /// The run was stopped, the command canceled.
    case stopped
}

extension WatchedRun {
    /// How it ended; nil if it has not.
    public var outcome: Outcome? {
        switch state {
        case "succeeded": .succeeded
        case "failed": .failed
        case "stopped": .stopped
        default: nil
        }
    }
}

extension WatchedCommand {
    /// How it ended; nil if it has not.
    public var outcome: Outcome? {
        switch state {
        case "applied": .succeeded
        case "rejected", "failed": .failed
        case "canceled": .stopped
        default: nil
        }
    }
}
