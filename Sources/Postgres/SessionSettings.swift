/// All settings that a session depends on, regardless of defaults of the server, the database or
/// the role.
///
/// The first statement of a connection sets them, not libpq's `options`, which connection poolers
/// reject.
public struct SessionSettings: Sendable {
    private struct Setting {
        let name: String
        let value: String
        /// The first version of the server that has it, as `server_version_num` counts.
        var since: Int32 = 0
    }

    private let settings: [Setting]

    private init(_ own: [Setting], lockTimeout: Duration?) {
        let milliseconds = lockTimeout.map { max(1, Int64($0 / .milliseconds(1))) } ?? 0
        settings =
            Self.common + [Setting(name: "lock_timeout", value: "\(milliseconds)")] + own
    }

    /// Formats of values, name resolution, and no foreign time limits on long work.
    private static let common = [
        Setting(name: "search_path", value: "pg_catalog"),
        Setting(name: "DateStyle", value: "ISO, YMD"),
        Setting(name: "IntervalStyle", value: "postgres"),
        Setting(name: "TimeZone", value: "UTC"),
        Setting(name: "bytea_output", value: "hex"),
        Setting(name: "extra_float_digits", value: "1"),
        Setting(name: "xmlbinary", value: "base64"),
        Setting(name: "xmloption", value: "content"),
        Setting(name: "standard_conforming_strings", value: "on"),
        Setting(name: "quote_all_identifiers", value: "off"),
        Setting(name: "row_security", value: "off"),
        Setting(name: "default_transaction_isolation", value: "read committed"),
        Setting(name: "default_transaction_deferrable", value: "off"),
        Setting(name: "statement_timeout", value: "0"),
        Setting(name: "idle_in_transaction_session_timeout", value: "0"),
        Setting(name: "idle_session_timeout", value: "0", since: 140_000),
        Setting(name: "transaction_timeout", value: "0", since: 170_000),
    ]

    /// Of sessions with the queue.
    ///
    /// `default_transaction_read_only` is unchanged: if it is on, the server rejects writes, for
    /// example because its disk is nearly full, and they wait.
    ///
    /// - Parameter lockTimeout: How long a statement waits for a lock. Nil, the default, waits
    ///   forever.
    public static func queue(lockTimeout: Duration? = nil) -> SessionSettings {
        // Many small statements: JIT compilation costs more than it saves.
        SessionSettings([Setting(name: "jit", value: "off")], lockTimeout: lockTimeout)
    }

    /// Of sessions that read a source, and write nothing.
    public static func source(lockTimeout: Duration) -> SessionSettings {
        SessionSettings(
            [
                Setting(name: "default_transaction_read_only", value: "on"),
                Setting(name: "synchronize_seqscans", value: "off"),
            ], lockTimeout: lockTimeout)
    }

    /// Of sessions that fill a target, whose commits are durable when they return.
    public static func target(lockTimeout: Duration) -> SessionSettings {
        SessionSettings(
            [
                Setting(name: "default_transaction_read_only", value: "off"),
                Setting(name: "synchronous_commit", value: "on"),
                Setting(name: "client_min_messages", value: "warning"),
            ], lockTimeout: lockTimeout)
    }

    /// A statement that applies all settings and returns its backend.
    ///
    /// - Parameters:
    ///   - backend: Applied only in this backend; nil for any.
    ///   - version: That of the server.
    func statement(onlyIn backend: Int32?, version: Int32) -> String {
        let calls = settings.filter { $0.since <= version }.map { setting in
            let call =
                "pg_catalog.set_config('\(setting.name)', '\(setting.value)', false)"
            guard let backend else { return call }
            return """
                CASE WHEN pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) \(backend) \
                THEN \(call) END
                """
        }
        return "SELECT pg_catalog.pg_backend_pid(), " + calls.joined(separator: ", ")
    }
}
