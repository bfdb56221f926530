import Failpoints
public import Postgres

/// Removes old data while others keep reading and writing: events by month, everything else in
/// transactions of about 1,000 rows.
///
/// Detaching a month waits for transactions that were reading, without blocking others. The next
/// prune removes what an interrupted one has left.
public struct Pruner: Sendable {
    let connection: Connection

    /// - Parameter connection: The owner's, used exclusively.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// The kinds of data, in the order of removal: commands and versions are kept for the remaining
    /// runs.
    public enum Kind: String, CaseIterable, Sendable {
        case alertDeliveries = "alert_deliveries"
        /// Kept for a day, whatever the limit is.
        case plans
        /// Commands of senders without any policy, which kept no arguments. Kept for a day,
        /// whatever the limit is.
        case emptiedCommands = "emptied_commands"
        /// Runs with their tasks and manifests.
        case runs
        /// Commands and how they ended.
        case commands
        /// Versions of objects and of data exports.
        case versions
        /// Registrations of workers.
        case workers
        case events
    }

    /// The events of one month.
    public struct Partition: Sendable, Equatable {
        public let name: String
        /// All its events are older, by UTC: the first day of the next month.
        public let until: String
        /// By the database's statistics.
        public let eventsEstimated: Int64
        public let bytes: Int64
        let step: Step
    }

    enum Step: String, Sendable {
        case detach, finalize, drop
    }

    /// Acquires the exclusive right to prune until the connection is closed, and creates future
    /// partitions.
    ///
    /// - Throws: ``PrunerError``, `PostgresError`.
    public func begin() async throws {
        try await checkOwner()
        let isAlone = try await connection.query("select ferry_state.begin_pruning()")
        guard try isAlone[0][0].bool() else { throw PrunerError.anotherOne }
        try await connection.run("select ferry_state.make_event_partitions()")
    }

    /// - Throws: ``PrunerError/notOwner(_:)``, `PostgresError`.
    public func checkOwner() async throws {
        let owner = try await connection.query(
            """
            select pg_get_userbyid(nspowner), pg_has_role(nspowner, 'usage')
              from pg_catalog.pg_namespace where nspname = 'ferry_state'
            """)[0]
        guard try owner[1].bool() else { throw PrunerError.notOwner(try owner[0].string()) }
    }

    /// The time this many days ago by the database's clock, in its format.
    public func time(before days: Int) async throws -> String {
        try await connection.query(
            "select date_trunc('second', now() - make_interval(days => $1))::text",
            [.int(Int64(days))])[0][0].string()
    }

    /// Removes everything of a kind that ended before that time and is no longer needed.
    ///
    /// - Parameters:
    ///   - kind: Not ``Kind/events``, which go by ``partitions(olderThan:)``.
    ///   - dryRun: Whether to count only.
    /// - Returns: The number of removed runs or commands, without their dependent rows.
    public func prune(_ kind: Kind, before time: String, dryRun: Bool) async throws -> Int64 {
        precondition(kind != .events, "events go by the month")
        var removed: Int64 = 0
        var next: Int64? = 0
        while let after = next {
            let batch = try await connection.query(
                """
                select removed, next
                  from ferry_state.prune_batch($1, $2::text::timestamptz, $3, $4)
                """, [.text(kind.rawValue), .text(time), .int(after), .bool(dryRun)])[0]
            removed += try batch["removed"].int64()
            next = try batch["next"].optionalInt64()
        }
        return removed
    }

    /// The partitions whose events are all older than this many days, oldest first.
    public func partitions(olderThan days: Int) async throws -> [Partition] {
        try await connection.query(
            """
            select partition, to_char(until at time zone 'UTC', 'YYYY-MM-DD'), step,
                   events_estimated, bytes
              from ferry_state.prunable_events(make_interval(days => $1))
            """, [.int(Int64(days))]
        ).compactMap { row in
            guard let step = Step(rawValue: try row[2].string()) else { return nil }
            return Partition(
                name: try row[0].string(), until: try row[1].string(),
                eventsEstimated: try row[3].int64(), bytes: try row[4].int64(), step: step)
        }
    }

    /// Removes a partition permanently.
    public func prune(_ partition: Partition) async throws {
        let name = "ferry_state.\"\(partition.name)\""
        if partition.step == .detach {
            // Committed first: from now on, readers with a position before these events are
            // notified.
            try await connection.execute(
                "select ferry_state.note_pruning($1, $2::text::date::timestamp at time zone 'UTC')",
                [.text(partition.name), .text(partition.until)])
            try await connection.run(
                "alter table ferry_state.events detach partition \(name) concurrently")
            Failpoint.reach("prune.detached")
        } else if partition.step == .finalize {
            try await connection.run(
                "alter table ferry_state.events detach partition \(name) finalize")
        }
        try await connection.run("drop table \(name)")
        try await connection.execute(
            """
            select ferry_state.note_removal(
                'events', $1::text::date::timestamp at time zone 'UTC', $2)
            """, [.text(partition.until), .int(partition.eventsEstimated)])
    }
}

/// Why nothing can be pruned now.
public enum PrunerError: Error, Equatable, CustomStringConvertible {
    /// The connection's role does not own the schema.
    case notOwner(String)
    case anotherOne

    public var description: String {
        switch self {
        case .notOwner(let owner): "only the owner of the schema, \(owner), can prune"
        case .anotherOne: "another `ferry prune` is running"
        }
    }
}
