import Values

/// The role that a source database is read as, and its rights beyond reading.
///
/// A filter or a mask runs with its rights.
public struct SourceRole: Hashable, Sendable {
    public let name: String
    /// In order; none for a role that reads only what it was granted.
    public let excessiveRights: [ExcessiveRight]

    public init(name: String, excessiveRights: [ExcessiveRight]) {
        self.name = name
        self.excessiveRights = excessiveRights
    }

    /// Rights beyond the tables of the database; the raw value is PostgreSQL's name.
    public enum ExcessiveRight: String, Hashable, Sendable, CaseIterable {
        case superuser
        case executeServerProgram = "pg_execute_server_program"
        case readServerFiles = "pg_read_server_files"
        case writeServerFiles = "pg_write_server_files"
    }

    /// A warning for users, as text; nil if there is none.
    public var warning: String? {
        if excessiveRights.isEmpty { return nil }
        let role = "filters and masks run as role \(quoted(name)) of the source, which is "
        let rights =
            excessiveRights.contains(.superuser)
            ? "a superuser"
            : "a member of " + listed(excessiveRights.map(\.rawValue))
        return role + rights + ": use a role that can only select the exported tables"
    }

    /// The details of an event, with the warning where there is one.
    func warned(_ details: [String: JSONValue] = [:]) -> [String: JSONValue] {
        var details = details
        if let warning { details["warning"] = .string(warning) }
        return details
    }
}
