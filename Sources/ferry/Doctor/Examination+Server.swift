import Postgres
import Values
import Watching

extension Examination {
    func server() async throws -> [Finding] {
        let row = try await connection.query(
            """
            select current_setting('server_version') as version,
                   current_setting('server_version_num')::integer >= 150000 as is_enough,
                   pg_is_in_recovery() as is_standby,
                   current_setting('transaction_read_only')::boolean as is_read_only
            """)[0]
        let version = "PostgreSQL \(try row["version"].string())"
        var findings: [Finding] = []
        if try !row["is_enough"].bool() {
            findings.append(
                .problem(
                    "server", "\(version) is too old", wayOut: "use PostgreSQL 15 or newer"))
        }
        if try row["is_standby"].bool() {
            findings.append(
                .problem(
                    "server", "\(version) is a standby and read-only",
                    wayOut: "set FERRY_DATABASE_URL to the primary, or to both hosts with "
                        + "target_session_attrs=read-write"))
        } else if try row["is_read_only"].bool() {
            findings.append(
                .problem(
                    "server", "\(version) is read-only: default_transaction_read_only is on",
                    wayOut: "find out why (managed servers set it when the disk is nearly full), "
                        + "then turn it off; until then no command is applied"))
        }
        if findings.isEmpty { findings.append(.ok("server", version)) }
        return findings + (try await pooler())
    }

    /// Detects a pooler: it gives its clients process ids of its own.
    private func pooler() async throws -> [Finding] {
        let process = try await serverProcess(of: connection)
        guard process != Int64(connection.serverProcessID) else { return [] }
        guard try await isShared(process) else {
            return [
                .warning(
                    "pooler", "a connection pooler is in front of the server, in session mode",
                    wayOut: "workers and watch keep their sessions open: allow enough server "
                        + "connections in the pooler, or connect directly")
            ]
        }
        return [Self.transactionPooler]
    }

    static let transactionPooler = Finding.problem(
        "pooler", "a connection pooler in transaction mode is in front of the server",
        wayOut: "workers, watch and this program need sessions: connect directly, or through a "
            + "pool in session mode. Plain SQL clients can use transaction mode")

    /// Whether the server has, or lacks, prepared statements because sessions change hands.
    static func isOfPooler(_ error: PostgresError) -> Bool {
        ["42P05", "26000"].contains(error.sqlState)
    }

    private func serverProcess(of connection: Connection) async throws -> Int64 {
        try await connection.query("select pg_backend_pid()")[0][0].int64()
    }

    /// Whether another client is given the session that this one still has.
    private func isShared(_ process: Int64) async throws -> Bool {
        let other = try await Connection.connect(options)
        do {
            let isSame = try await serverProcess(of: other) == process
            await other.close()
            return isSame
        } catch let error as PostgresError where Self.isOfPooler(error) {
            // It has our prepared statements.
            await other.close()
            return true
        }
    }

    /// Whether what is written next begins a new epoch of the feed; see `ferry.epochs`.
    func history() async throws -> [Finding] {
        try await shown("history") {
            let row = try await connection.query("select epoch, key from ferry.feed_position()")[0]
            guard try row["epoch"].int() > 0, try row["key"].string().isEmpty else { return [] }
            return [
                .warning(
                    "history",
                    "this database was restored, or its server recovered, and nothing was written "
                        + "since",
                    wayOut:
                        "start a worker to begin a new epoch. After a restore from a dump, first "
                        + "run ferry migrate --after-restore")
            ]
        }
    }

    func notifications() async throws -> [Finding] {
        let usage = try await connection.query("select pg_notification_queue_usage()")[0][0]
            .double()
        let percent = "\(Int((usage * 100).rounded(.up))) %"
        guard usage >= limits.notifications else {
            return [.ok("notifications", "\(percent) of the server's queue is in use")]
        }
        return [
            .problem(
                "notifications",
                "\(percent) of the server's queue is in use; when it is full, no command can be "
                    + "sent or applied",
                wayOut: try await oldestSession().map {
                    "end the session that probably holds it: \($0)"
                }
                    ?? "end the listening session with the oldest transaction")
        ]
    }

    /// Notifications are kept until every listening session has received them, which happens
    /// between transactions.
    private func oldestSession() async throws -> String? {
        let rows = try await connection.query(
            """
            select \(Self.sessionColumns)
              from pg_stat_activity as a
             where xact_start is not null and pid <> pg_backend_pid()
                   and backend_type = 'client backend'
                or wait_event = 'ClientWrite'
             order by coalesce(xact_start, state_change) limit 1
            """)
        return try rows.first.map(Self.session)
    }

    static let sessionColumns = """
        a.pid, a.usename::text as role, a.application_name as application, a.state,
        extract(epoch from clock_timestamp() - a.state_change)::float8 as since,
        extract(epoch from clock_timestamp() - a.xact_start)::float8 as transaction
        """

    /// `process 4711 of role "bi" (psql), idle in transaction for 12 min`.
    static func session(_ row: Row) throws -> String {
        var text = "process \(try row["pid"].int64())"
        if let role = try row["role"].optionalString() { text += " of role \"\(role)\"" }
        if let application = try row["application"].optionalString(), !application.isEmpty {
            text += " (\(application))"
        }
        guard let state = try row["state"].optionalString() else { return text }
        if state.hasPrefix("idle"), let since = try row["since"].optionalDouble() {
            return text + ", \(state) for \(Quantity.seconds(since))"
        }
        if let transaction = try row["transaction"].optionalDouble() {
            return text + ", in a transaction for \(Quantity.seconds(transaction))"
        }
        return text + ", \(state)"
    }

    func partitions() async throws -> [Finding] {
        let rows = try await connection.query(
            """
            select to_char(month, 'YYYY-MM') as month,
                   exists (
                       select from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
                        where n.nspname = 'ferry_state'
                          and c.relname = 'events_' || to_char(month, 'YYYY_MM')) as is_there
              from generate_series(date_trunc('month', now() at time zone 'UTC'),
                       now() at time zone 'UTC' + interval '2 months', '1 month') as month
             order by month
            """)
        let months = try rows.map {
            (name: try $0["month"].string(), isThere: try $0["is_there"].bool())
        }
        let wayOut = "run as the owner of the schema: select ferry_state.make_event_partitions()"
        let ready = months.prefix { $0.isThere }
        guard let last = ready.last else {
            return [
                .problem(
                    "events",
                    "there is no partition for the events of \(months[0].name): no command can be "
                        + "applied", wayOut: wayOut)
            ]
        }
        let text = "partitions exist up to \(last.name)"
        switch ready.count {
        case 1: return [.problem("events", text + ", this month", wayOut: wayOut)]
        case 2: return [.warning("events", text + ", next month", wayOut: wayOut)]
        default: return [.ok("events", text)]
        }
    }
}
