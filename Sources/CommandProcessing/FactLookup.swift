import Failpoints
import Lifecycle
import Locks
public import Postgres
import Waiting

/// Looks up the facts that commands wait for, outside of any transaction, and decides the commands
/// with them.
///
/// claim → look outside → decide → commit: a lookup is leased to a worker under a token, like a
/// task of a run. A worker that lost the lease can change nothing any more.
public struct FactLookup: Sendable {
    private let worker: Int64
    private let pool: ConnectionPool
    private let applier: BatchApplier
    private let attemptsMax: Int

    /// Maximum duration of all lookups of one command.
    public static let limit: Duration = .seconds(15)
    /// Maximum number of commands of one role whose facts a worker looks up concurrently.
    public static let actorMax = 32

    /// - Parameters:
    ///   - worker: The id of this worker, whose lease is that of its lookups.
    ///   - pool: Lends connections to the queue's database.
    public init(
        worker: Int64, pool: ConnectionPool, facts: FactFinder,
        retry: RetryPolicy = RetryPolicy()
    ) {
        self.worker = worker
        self.pool = pool
        self.applier = BatchApplier(facts: facts, retry: retry)
        self.attemptsMax = retry.attemptsMax
    }

    /// Releases earlier claims of this worker: call it once, before the first claim.
    ///
    /// - Throws: `PostgresError`.
    public func begin() async throws {
        _ = try await pool.withConnection { connection in
            try await connection.query("select ferry_state.return_checks($1)", [.int(worker)])
        }
    }

    /// A command whose facts this worker looks up.
    public struct Check: Sendable {
        let token: Int64
        let claimed: ClaimedCommand
        let shared: SharedFacts
    }

    /// Claims commands of one role, which share the facts that several of them need.
    ///
    /// - Returns: Empty if no command waits for a fact that this worker may look up.
    /// - Throws: `PostgresError`.
    public func claim() async throws -> [Check] {
        let shared = SharedFacts(applier.facts)
        return try await pool.withConnection { connection in
            try await connection.query(
                "select * from ferry_state.claim_checks($1, $2)",
                [.int(worker), .int(Int64(Self.actorMax))]
            ).map { row in
                Check(
                    token: try row[0].int64(), claimed: try ClaimedCommand(row), shared: shared)
            }
        }
    }

    /// Looks up the facts of the command, and applies it.
    ///
    /// - Throws: ``BatchRefused``, `PostgresError`, `CancellationError`; then the command still
    ///   waits for its facts.
    public func carryOut(_ check: Check) async throws {
        // An attempt during which its worker died counts; see free_work.
        guard check.claimed.failedAttempts < attemptsMax else {
            var known = Knowledge()
            known.unavailable = "every worker that looked it up ended"
            return try await finish(check, known)
        }
        try await finish(check, try await lookUp(check))
    }

    private func lookUp(_ check: Check) async throws -> Knowledge {
        let (applier, pool, claimed, shared) = (applier, pool, check.claimed, check.shared)
        let world: World
        do {
            world = try await pool.transaction { connection in
                try await applier.load([claimed], connection).0
            }
        } catch let error where error.isOfCommand {
            // It is decided with what is readable, and then reports what is not.
            return Knowledge()
        }
        let progress = Locked((known: Knowledge(), current: Fact?.none))
        let end: Void? = try await Deadline(Self.limit).run {
            var world = world
            while true {
                let looked = world
                let fact: Fact?
                (fact, world) = try await pool.withConnection { connection in
                    try await connection.isolated {
                        try await applier.need(of: claimed, in: looked, $0)
                    }
                }
                guard let fact else { return }
                progress.withLock { $0.current = fact }
                do {
                    let value = try await shared.value(of: fact, in: world)
                    if let (credential, role) = value.role(answering: fact, in: world) {
                        _ = try await pool.withConnection { connection in
                            try await connection.query(
                                "select ferry_state.note_source_role($1, $2, $3)",
                                [
                                    .text(credential), .text(role.name),
                                    Value(role.excessiveRights.map(\.rawValue)),
                                ])
                        }
                    }
                    world.learn(fact, value)
                    progress.withLock { $0.known.facts[fact] = value }
                } catch let error as FactUnavailable {
                    progress.withLock { $0.known.unavailable = error.reason }
                    return
                }
            }
        }
        var known = progress.withLock { $0.known }
        if end == nil { known.isOutOfTime = true }
        return known
    }

    /// Decides the command with the known facts, in a batch of its own.
    private func finish(_ check: Check, _ known: Knowledge) async throws {
        Failpoint.reach("commands.facts_found")
        let applier = applier
        let result = try await pool.transaction { connection -> BatchResult in
            let taken = try await connection.query(
                "select ferry_state.take_check($1, $2)",
                [.int(check.claimed.id), .int(check.token)])
            guard try taken.first?[0].bool() == true else { return BatchResult() }
            return try await applier.apply([check.claimed], knowing: known, connection)
        }
        // Only now can commands that wait for it see that it has ended.
        _ = try await pool.withConnection { connection in
            try await connection.query(
                "select ferry_state.release_waiting_commands($1)", [Value(result.settled)])
        }
    }
}

/// Facts that several commands may need, each looked up once.
///
/// Fresh enough for all of them: they were sent before the first lookup started.
final class SharedFacts: Sendable {
    private let facts: FactFinder
    private let lookups = Locked([Fact: Task<FactValue, any Error>]())

    init(_ facts: FactFinder) {
        self.facts = facts
    }

    deinit {
        // They are no longer needed.
        for lookup in lookups.withLock({ $0.values }) { lookup.cancel() }
    }

    /// - Throws: ``FactUnavailable``.
    func value(of fact: Fact, in world: World) async throws -> FactValue {
        let facts = facts
        let lookup = lookups.withLock { lookups in
            if let lookup = lookups[fact] { return lookup }
            let lookup = Task { try await facts.lookUp(fact, in: world) }
            lookups[fact] = lookup
            return lookup
        }
        return try await lookup.value
    }
}

/// The facts of a command.
struct Knowledge: Sendable {
    var facts: [Fact: FactValue] = [:]
    /// Why a fact could not be looked up now.
    var unavailable: String?
    /// Whether the time for further lookups is over.
    var isOutOfTime = false
}

extension FactValue {
    /// The role of a source that was seen with it, and the credential it is of.
    fileprivate func role(answering fact: Fact, in world: World) -> (String, SourceRole)? {
        switch (fact, self) {
        case (.sourceRole(let credential), .sourceRole(let role)): (credential, role)
        case (.catalog(let id), .catalog(let catalog)),
            (.currentCatalog(let id), .catalog(let catalog)):
            world.database(id: id).map { ($0.credential, catalog.role) }
        default: nil
        }
    }
}

extension ConnectionPool {
    /// Runs the body in a transaction on a connection of its own.
    fileprivate nonisolated func transaction<T: Sendable>(
        _ body: @Sendable (isolated Connection) async throws -> T
    ) async throws -> T {
        try await withConnection { connection in try await connection.transaction(.readWrite, body)
        }
    }
}
