import Foundation

// Common mistakes in connection strings.
extension ConnectionOptions {
    /// A connection string without surrounding spaces, line ends and byte order mark, which often
    /// come with copying.
    static func cleaned(_ conninfo: String) -> String {
        var marks = CharacterSet.whitespacesAndNewlines
        marks.insert("\u{FEFF}")
        return conninfo.trimmingCharacters(in: marks)
    }

    /// The probable mistake in a string that libpq cannot parse. Repeats only names of common
    /// parameters.
    ///
    /// - Returns: Nil if there is no guess.
    static func advice(on conninfo: String) -> String? {
        let start = conninfo.prefix(64).lowercased()
        if start.hasPrefix("\"") || start.hasPrefix("'") {
            return "remove the quotes around it"
        }
        if start.hasPrefix("$") || start.contains("${") {
            return "it is the name of a variable, not its value"
        }
        if start.hasPrefix("jdbc:") {
            return "it is a JDBC URL: begin with postgresql://, and give user and password there"
        }
        if start.contains(/^postgres(ql)?\+[a-z0-9_]+:/) {
            return "it is an SQLAlchemy URL: begin with postgresql://"
        }
        if !start.contains(/^postgres(ql)?:\/\//), start.contains(/^[a-z][a-z0-9+.-]*:/) {
            return "begin with postgresql://"
        }
        guard let query = conninfo.split(separator: "?", maxSplits: 1).dropFirst().first else {
            return nil
        }
        let names = query.split(separator: "&").compactMap { $0.split(separator: "=").first }
        guard let name = names.first(where: { foreignParameters.contains(String($0)) }) else {
            return nil
        }
        return "its parameter \"\(name)\" is not a PostgreSQL parameter: remove it"
    }

    /// Of Prisma, JDBC, Npgsql and frameworks.
    private static let foreignParameters: Set<String> = [
        "schema", "pgbouncer", "connection_limit", "pool_timeout", "pool_size", "max_overflow",
        "sslaccept", "sslidentity", "statement_cache_size", "prepared_statements",
        "prepareThreshold", "currentSchema", "charset", "encoding", "serverVersion",
        "search_path", "timezone", "pool", "adapter",
    ]
}
