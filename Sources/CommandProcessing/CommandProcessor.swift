import Failpoints
public import Postgres

/// Applies commands: claims a batch, folds it through the lifecycle core, and writes every change,
/// outcome and event in the same transaction.
public actor CommandProcessor {
    private let connection: Connection
    private let applier: BatchApplier
    private let batchMax: Int
    /// All waiting commands, and all that can still become visible, are after this transaction and
    /// id.
    private var mark = (transaction: "0", id: Int64(0))
    /// The same for single actors, as written by `claim_commands`; nil while everything fits into a
    /// batch.
    private var marks: String?
    /// The commands that the last batch ended or put aside, and those that they wait for; nil at
    /// first and when the queue was empty: then all waiting commands are examined.
    private var settled: [Int64]?
    /// When all waiting commands were last examined. This finds commands ended by another worker
    /// that then died.
    private var lookedAtAll = ContinuousClock.now
    private static let lookInterval: Duration = .seconds(2)

    /// How long senders can rely on a worker that found work to look again without a notification,
    /// after finishing that work: twice as long as the last batch took, plus this.
    public static let awake: Duration = .milliseconds(100)
    private static let awakeMax: Duration = .seconds(1)
    /// The duration of the last non-empty batch, from its claim to its commit.
    private var lasted: Duration = .zero

    /// - Parameters:
    ///   - connection: Used exclusively.
    ///   - batchMax: The most commands a transaction. Defaults to 500.
    public init(
        connection: Connection, facts: FactFinder, retry: RetryPolicy = RetryPolicy(),
        batchMax: Int = 500
    ) {
        self.connection = connection
        self.applier = BatchApplier(facts: facts, retry: retry)
        self.batchMax = batchMax
    }

    /// The result of a batch.
    public struct Batch: Sendable {
        /// The number of claimed commands; 0 if there is nothing to do now.
        public let count: Int
        /// Whether commands wait for facts to be looked up: see ``FactLookup``.
        public let hasChecks: Bool
    }

    /// Applies waiting commands, at most one batch.
    ///
    /// - Throws: ``BatchRefused``, `PostgresError`; then the batch had no effect.
    public func applyBatch() async throws -> Batch {
        if ContinuousClock.now - lookedAtAll > Self.lookInterval { settled = nil }
        if settled == nil { lookedAtAll = .now }
        let (applier, batchMax, mark, marks, settled) = (applier, batchMax, mark, marks, settled)
        let began = ContinuousClock.now
        // Otherwise senders would notify while a slow batch is being applied, and wait for one
        // another.
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
