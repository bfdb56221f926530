import Postgres
import Values
import Watching

/// The checks of `ferry doctor` that ask the queue's database alone. Each returns one finding or
/// more, and changes nothing.
struct Examination {
    /// Thresholds for findings: seconds, and a fraction.
    struct Limits {
        /// A command that could be applied, or is retried.
        var commandWaits = 60.0
        /// A run that is waiting, retried, stopping or publishing.
        var runWaits = 600.0
        /// An idle session that holds locks on Ferry's tables.
        var lockIsHeld = 30.0
        /// A sandbox that was not checked.
        var sandboxUnchecked = 600.0
        /// Share of the server's notification queue in use.
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

    /// The checks that need the list of workers.
    var ofWork: [() async throws -> [Finding]] {
        [
            access, credentials, sources, history, commands, runs, locks, notifications, partitions,
            sandboxes,
        ]
    }

    /// The result of the check, or that this role cannot see its data.
    func shown(
        _ check: String, to role: String = "needs ferry_viewer",
        _ body: () async throws -> [Finding]
    ) async throws -> [Finding] {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == "42501" {
            return [.ok(check, "not visible to this role (\(role))")]
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
                    "role", "\(name) is not a member of any Ferry role",
                    wayOut: "as an administrator: grant ferry_client to \(quoteIdentifier(name)); "
                        + "ferry_viewer sees everything, ferry_worker is for workers")
            ]
        }
        return [.ok("role", "\(name) has the rights of \(memberships)")]
    }
}
