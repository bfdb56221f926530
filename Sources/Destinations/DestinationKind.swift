public import Credentials
public import Formats
public import Foundation

/// The kinds of destinations.
public enum DestinationKind: String, Codable, Sendable, CaseIterable {
    /// A directory that the worker can write to: a disk or a mounted file system.
    case directory
    /// A directory on an SFTP server.
    case sftp
    /// A bucket of Amazon S3, or of an S3-compatible service.
    case s3
    /// A schema of another PostgreSQL database, whose tables are filled.
    case postgres

    /// A destination of this kind. Nothing is opened or accessed yet.
    ///
    /// - Parameters:
    ///   - name: The name under which it is configured, for messages.
    ///   - settings: The UTF-8 text of a JSON object; for `directory`, `{"path": "/exports/crm"}`,
    ///     for `s3`, `{"bucket": "exports", "prefix": "crm"}`, for `postgres`,
    ///     `{"credential": "warehouse", "schema": "crm"}`.
    ///   - sandbox: The name of the sandbox that sends there, to its quarantine; nil in
    ///     production.
    /// - Throws: ``SettingsError`` if the settings are invalid for this kind.
    public func makeDestination(
        name: String, settings: Data, limits: DestinationLimits, sandbox: String? = nil
    ) throws(SettingsError) -> any DestinationAdapter {
        let quarantine = sandbox.map { Quarantine(sandbox: $0) }
        switch self {
        case .directory:
            return DirectoryDestination(
                name: name, settings: try DirectorySettings(json: settings),
                allowedRoots: limits.allowedDirectories, quarantine: quarantine)
        case .sftp:
            return SFTPDestination(
                name: name, settings: try SFTPSettings(json: settings),
                credentials: limits.credentials, quarantine: quarantine)
        case .s3:
            return S3Destination(
                name: name, settings: try S3Settings(json: settings).within(quarantine),
                credentials: limits.credentials)
        case .postgres:
            return PostgresDestination(
                name: name, settings: try PostgresSettings(json: settings).within(quarantine),
                credentials: limits.credentials)
        }
    }

    /// Rejects settings of a data template that do not fit destinations of this kind.
    public func check(_ settings: DataTemplateSettings) throws(SettingsError) {
        guard (self == .postgres) != (settings.format == .table) else { return }
        throw .notAllowed(
            setting: "format", value: settings.format.rawValue,
            rule: self == .postgres
                ? "must be \"table\" for a destination of the kind \"postgres\", which fills tables"
                : "must be a file format for a destination of the kind \"\(rawValue)\" (only the "
                    + "kind \"postgres\" has tables)")
    }
}

/// What a worker's own configuration allows destinations to do.
public struct DestinationLimits: Sendable {
    /// Directories that destinations may write to, and into (`--allow-directory`). None by
    /// default, so that configuration in the database alone opens no path on the worker's machine.
    public var allowedDirectories: [String]
    /// The credentials that destinations and sources may name. Those of the environment by default.
    public var credentials: WorkerCredentials

    public init(
        allowedDirectories: [String] = [], credentials: WorkerCredentials = WorkerCredentials()
    ) {
        self.allowedDirectories = allowedDirectories
        self.credentials = credentials
    }
}
