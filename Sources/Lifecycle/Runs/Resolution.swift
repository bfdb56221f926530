/// How a run that failed is resolved: by another run, which is started for it.
public enum Resolution: String, Codable, Hashable, Sendable, CaseIterable {
    /// With what it was started with.
    case retry
    /// With today's configuration of its orchestration.
    case restart
    /// With what it was started with, but without a table.
    case skipTask = "skip_task"
}
