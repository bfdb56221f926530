/// The origin of the error that made a run fail: where to look for the cause.
public enum ErrorOrigin: String, Codable, Hashable, Sendable, CaseIterable {
    /// The configuration of Ferry's objects or its workers: a setting, a name, a secret.
    case configuration
    /// The place that files or rows go to.
    case destination
    /// The source database, its tables or their rows.
    case source
    /// A worker's own resources, or a bug in Ferry.
    case `internal`
}
