/// Where the fault lies that made a run fail: who is to look at it.
public enum ErrorOrigin: String, Codable, Hashable, Sendable, CaseIterable {
    /// What was configured, of Ferry's objects or of its workers: a setting, a name, a secret.
    case configuration
    /// The place that files or rows go to.
    case destination
    /// The source database, its tables or their rows.
    case source
    /// A worker's own means, or a bug in Ferry.
    case `internal`
}
