import Values
import Postgres
import Watching

/// The checks of `ferry doctor` that ask the queue's database alone. Each returns one finding or
/// more, and changes nothing.
struct Examination {
    /// From when on something is worth a line. Seconds, and a share of the whole.
    struct Limits {
        /// A command that could be applied, or is tried again.
        var commandWaits = 60.0
        /// A run that waits, is tried again, stops or publishes.
        var runWaits = 600.0
        /// A session that holds locks on Ferry's tables and does nothing.
        var lockIsHeld = 30.0
        /// A sandbox that was not checked.
        var sandboxUnchecked = 600.0
        /// Of the server's queue of notifications, that is in use.
        var notifications = 0.5
    }

    let connection: Connection
    let options: ConnectionOptions
    let limits: Limits

    init(_ connection: Connection, options: ConnectionOptions, limits: Limits = Limits()) {
        self.connection = connection
        self.options = options
        self.limits = limits
    }

    /// What is looked at once workers are known.
    var ofWork: [() async throws -> [Finding]] {
        [
            access, credentials, sources, history, commands, runs, locks, notifications, partitions,
            sandboxes,
        ]
    }

    /// What the check finds, or that this role is not shown it.
    func shown(
        _ check: String, to role: String = "ferry_viewer sees them",
        _ body: () async throws -> [Finding]
    ) async throws -> [Finding] {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == "42501" {
            return [.ok(check, "not shown to this role (\(role))")]
        }
    }

    func role() async throws -> [Finding] {
        let row = try await connection.query(
            """
            select current_user::text as name,
                   (select string_agg(rolname, ', ' order by rolname) from pg_catalog.pg_roles
                     where rolname in ('ferry_client', 'ferry_viewer', 'ferry_worker')
                       and pg_has_role(oid, 'usage')) as memberships
            """)[0]
        let name = try row["name"].string()
        guard let memberships = try row["memberships"].optionalString() else {
            return [
                .problem(
                    "role", "\(name) belongs to none of Ferry's roles",
                    wayOut: "as an administrator: grant ferry_client to \(quoteIdentifier(name)); "
                        + "ferry_viewer sees everything, ferry_worker is for workers")
            ]
        }
        return [.ok("role", "\(name) has the rights of \(memberships)")]
    }
}
