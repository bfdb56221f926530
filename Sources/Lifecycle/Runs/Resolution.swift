/// How a failed run is resolved: by another run that replaces it.
public enum Resolution: String, Codable, Hashable, Sendable, CaseIterable {
    /// With its original inputs.
    case retry
    /// With the current configuration of its orchestration.
    case restart
    /// With its original inputs, but without one table.
    case skipTask = "skip_task"
}
