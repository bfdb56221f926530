import Failpoints
public import Postgres

/// Applies commands: claims a batch, folds it through the lifecycle core, and writes every change,
/// outcome and event in the same transaction.
public actor CommandProcessor {
    private let connection: Connection
    private let applier: BatchApplier
    private let batchMax: Int
    /// Everything that waits, or can still become visible, comes after this transaction and id.
    private var mark = (transaction: "0", id: Int64(0))
    /// The same for single actors, as `claim_commands` wrote it; nil while all fits into a batch.
    private var marks: String?
    /// What the last batch ended or put aside, and what that waits for; nil at first and when there
    /// was nothing to do: then all that waits is looked at.
    private var settled: [Int64]?
    /// When all that waits was looked at. What another worker ended, and died, is found so.
    private var lookedAtAll = ContinuousClock.now
    private static let lookInterval: Duration = .seconds(2)

    /// For how long senders may count on a worker that found something to look again by itself,
    /// once it has done with that: twice as long as the last batch took, and this.
    public static let awake: Duration = .milliseconds(100)
    private static let awakeMax: Duration = .seconds(1)
    /// How long the last batch took that found something, from its claim to its commit.
    private var lasted: Duration = .zero

    /// - Parameters:
    ///   - connection: Used by nobody else.
    ///   - batchMax: The most commands a transaction. Defaults to 500.
    public init(
        connection: Connection, facts: FactFinder, retry: RetryPolicy = RetryPolicy(),
        batchMax: Int = 500
    ) {
        self.connection = connection
        self.applier = BatchApplier(facts: facts, retry: retry)
        self.batchMax = batchMax
    }

    /// What a batch came to.
    public struct Batch: Sendable {
        /// How many commands were claimed; 0 when there is nothing to do now.
        public let count: Int
        /// Whether commands wait for facts that somebody has to look up: see ``FactLookup``.
        public let hasChecks: Bool
    }

    /// Applies what waits, at most one batch.
    ///
    /// - Throws: ``BatchRefused``, `PostgresError`; then nothing of the batch has happened.
    public func applyBatch() async throws -> Batch {
        if ContinuousClock.now - lookedAtAll > Self.lookInterval { settled = nil }
        if settled == nil { lookedAtAll = .now }
        let (applier, batchMax, mark, marks, settled) = (applier, batchMax, mark, marks, settled)
        let began = ContinuousClock.now
        // Else senders would notify while a slow batch is being applied, and wait for one another.
        let awake = Int64(min(Self.awake + lasted * 2, Self.awakeMax) / .milliseconds(1))
        let (count, result, newMark, newMarks) = try await connection.transaction { connection in
            let rows = try await connection.query(
                "select * from ferry_state.claim_commands($1, $2::xid8, $3, $4::jsonb, $5, $6)",
                [
                    .int(Int64(batchMax)), .text(mark.transaction), .int(mark.id),
                    Value(marks), settled.map { Value($0) } ?? .null, .int(awake),
                ])
            let newMark = try rows.first { !$0[0].isNull }.map {
                (transaction: try $0[0].string(), id: try $0[1].int64())
            }
            let newMarks = try rows.compactMap { try $0[9].optionalString() }.first
            // In the order in which they were sent, also between lanes: a script that deletes an
            // orchestration and then its export should not depend on how lanes are listed.
            let commands = try rows.filter { $0[0].isNull && !$0[1].isNull }
                .map { try ClaimedCommand($0) }
                .sorted { $0.id < $1.id }
            if commands.isEmpty { return (0, BatchResult(), newMark, newMarks) }
            let result = try await applier.apply(commands, connection)
            Failpoint.reach("commands.before_commit")
            return (commands.count, result, newMark, newMarks)
        }
        if count > 0 {
            lasted = .now - began
            Failpoint.reach("commands.after_commit")
        }
        if let newMark { self.mark = newMark }
        self.marks = newMarks
        self.settled = count > 0 ? result.settled : nil
        return Batch(count: count, hasChecks: result.hasChecks)
    }
}
