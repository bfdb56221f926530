import Failpoints
import Foundation
import Lifecycle
public import Logging
public import Postgres

/// The runs and tasks of one worker in the database.
///
/// Every write carries the token of the claim; if it returns false, the claim is lost and nothing
/// was changed. Transient errors are retried here, invisible to callers.
///
/// Every function throws ``QueueUnavailable`` once the work is over, and ``QueueRefused``.
public struct RunStore: Sendable {
    public let worker: Int64
    let pool: ConnectionPool
    let retrier: Retrier
    let held: HeldWork
    let logger: Logger

    /// - Parameter held: Shared by all claims of this worker.
    public init(
        worker: Int64, pool: ConnectionPool, retrier: Retrier, held: HeldWork, logger: Logger
    ) {
        self.worker = worker
        self.pool = pool
        self.retrier = retrier
        self.held = held
        self.logger = logger
    }

    func open(
        _ run: ClaimedRun, snapshot: String, takenAt: String, reads: [ReadOffer]
    ) async throws -> Bool {
        let reads = String(decoding: try JSONEncoder().encode(reads), as: UTF8.self)
        return try await holds(
            "select ferry_state.open_run($1, $2, $3, $4, $5::timestamptz, $6::jsonb)", run,
            [.text(snapshot), .text(takenAt), .text(reads)])
    }

    /// Records the role that a source was read as, for administrators.
    func note(_ role: SourceRole, of credential: String) async throws {
        _ = try await query(
            "select ferry_state.note_source_role($1, $2, $3)",
            [
                .text(credential), .text(role.name),
                Value(role.excessiveRights.map(\.rawValue)),
            ])
    }

    func status(of run: ClaimedRun) async throws -> RunStatus? {
        try await document(
            "select ferry_state.run_status($1, $2, $3)",
            [.int(run.id), .int(run.token), .int(worker)])
    }

    /// Nil if the claim is lost.
    func state(of run: ClaimedRun) async throws -> RunState? {
        try await query("select ferry_state.run_state($1, $2, $3)", keys(of: run))
            .first?[0].optionalString().flatMap(RunState.init)
    }

    func beginPublishing(
        _ run: ClaimedRun, manifest: String, sha256: String
    ) async throws -> Bool {
        try await holds(
            "select ferry_state.begin_publishing($1, $2, $3, $4, $5)", run,
            [.text(manifest), .text(sha256)])
    }

    func complete(_ run: ClaimedRun, at location: String) async throws -> Bool {
        try await holds(
            "select ferry_state.complete_run($1, $2, $3, $4)", run, [.text(location)])
    }

    /// - Parameter state: Its current state: running, or publishing if it is certain that nothing
    ///   can become visible any more.
    func fail(
        _ run: ClaimedRun, in state: RunState = .running, _ runError: RunError
    ) async throws -> Bool {
        try await holds(
            "select ferry_state.fail_run($1, $2, $3, $4, $5, $6, $7, $8)", run,
            texts(runError) + [.text(state.rawValue)])
    }

    /// What happens to a run after a transient error.
    enum Postponement: String {
        case retrying
        /// The time for retries is over; nothing was changed.
        case tooLate = "too_late"
    }

    /// - Returns: Nil if the claim is lost, or a stop was requested.
    func retryLater(
        _ run: ClaimedRun, after delay: Duration, within limit: Duration, _ runError: RunError
    ) async throws -> Postponement? {
        try await query(
            """
            select ferry_state.retry_run_later($1, $2, $3, make_interval(secs => $4::float8),
                                               make_interval(secs => $5::float8), $6, $7, $8, $9)
            """,
            keys(of: run) + [.double(delay / .seconds(1)), .double(limit / .seconds(1))]
                + texts(runError)
        ).first?[0].optionalString().flatMap(Postponement.init)
    }

    func publishLater(
        _ run: ClaimedRun, _ policy: RunRetryPolicy, _ runError: RunError
    ) async throws -> Bool {
        let seconds = [
            policy.delay(afterAttempt: run.attempt), policy.slowDelay(afterAttempt: run.attempt),
            policy.deadline,
        ].map { Value.double($0 / .seconds(1)) }
        return try await holds(
            """
            select ferry_state.publish_run_later(
                $1, $2, $3, make_interval(secs => $4::float8), make_interval(secs => $5::float8),
                make_interval(secs => $6::float8), $7, $8, $9, $10, $11)
            """, run, seconds + [.bool(runError.isTransient)] + texts(runError))
    }

    func release(_ run: ClaimedRun) async throws -> Bool {
        try await holds("select ferry_state.release_run($1, $2, $3)", run)
    }

    /// The ended runs among these, with the same destination as this run.
    func ended(_ runs: Set<Int64>, besides run: ClaimedRun) async throws -> [Int64] {
        try await query(
            "select unnest(ferry_state.ended_runs($1, $2))", [.int(run.id), Value(Array(runs))]
        ).map { try $0[0].int64() }
    }

    /// A token without a claim: greater than all earlier ones, less than all later ones.
    func drawToken() async throws -> Int64 {
        try await query("select ferry_state.draw_token()", []).first?[0].int64() ?? .min
    }

    func finishStop(_ run: ClaimedRun) async throws -> Bool {
        try await holds("select ferry_state.finish_stop($1, $2, $3)", run)
    }

    /// - Returns: False only if the task is certainly lost: otherwise its files count.
    func finish(_ task: ClaimedTask, _ staged: StagedTask) async throws -> Bool {
        struct File: Encodable {
            let read: Int
            let file: FinishedFile

            func encode(to encoder: any Encoder) throws {
                try file.encode(to: encoder)
                try ["read": read].encode(to: encoder)
            }
        }
        let files = staged.reads.flatMap { read in
            read.files.map { File(read: read.read, file: $0) }
        }
        let json = String(decoding: try JSONEncoder().encode(files), as: UTF8.self)
        let archive = try staged.archive.map {
            String(decoding: try JSONEncoder().encode($0), as: UTF8.self)
        }
        let keys = keys(of: task)
        return try await asked("finish a task") { connection, attempt in
            let rows = try await connection.query(
                "select ferry_state.finish_task($1, $2, $3, $4, $5, $6)",
                keys + [.text(json), Value(archive)])
            return try rows.first?[0].bool() == true || attempt.mayHaveHappened
        }
    }

    /// - Parameter read: The number of the failed read; nil for the whole task.
    func fail(_ task: ClaimedTask, read: Int?, _ runError: RunError) async throws -> Bool {
        try await holds(
            "select ferry_state.fail_task($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", task,
            [.bool(runError.isTransient)] + texts(runError) + [
                read.map { .int(Int64($0)) } ?? .null
            ])
    }

    func release(_ task: ClaimedTask) async throws -> Bool {
        try await holds("select ferry_state.release_task($1, $2, $3, $4)", task)
    }

    private func holds(
        _ sql: String, _ run: ClaimedRun, _ values: [Value] = []
    ) async throws -> Bool {
        try await query(sql, keys(of: run) + values).first?[0].bool() == true
    }

    private func keys(of run: ClaimedRun) -> [Value] {
        [.int(run.id), .int(run.token), .int(worker)]
    }

    private func holds(
        _ sql: String, _ task: ClaimedTask, _ values: [Value] = []
    ) async throws -> Bool {
        try await query(sql, keys(of: task) + values).first?[0].bool() == true
    }

    /// What PostgreSQL can store of them: texts without NUL.
    private func texts(_ runError: RunError) -> [Value] {
        runError.values.map { value in
            guard case .text(let text) = value else { return value }
            return .text(text.replacingOccurrences(of: "\0", with: "\u{FFFD}"))
        }
    }

    private func keys(of task: ClaimedTask) -> [Value] {
        [.int(task.run), .int(Int64(task.number)), .int(task.token), .int(worker)]
    }

    private func document<T: Decodable>(_ sql: String, _ values: [Value]) async throws -> T? {
        guard let text = try await query(sql, values).first?[0].optionalString() else {
            return nil
        }
        return try Self.decoded(text)
    }

    /// - Throws: ``UnreadableDocument``
    static func decoded<T: Decodable>(_ text: String) throws -> T {
        try UnreadableDocument.decoded(text)
    }

    func query(_ sql: String, _ values: [Value]) async throws -> Rows {
        // Users can find the name of the function in the schema.
        let name = sql.firstMatch(of: /ferry_state\.(\w+)/).map { String($0.1) } ?? "the queue"
        return try await asked(name) { connection, _ in try await connection.query(sql, values) }
    }

    func asked<T: Sendable>(
        _ work: String, _ body: @Sendable (Connection, Retrier.Attempt) async throws -> T
    ) async throws -> T {
        do {
            return try await retrier.run(work) { attempt in
                try await pool.withConnection { try await body($0, attempt) }
            }
        } catch let error as PostgresError {
            if error.errorClass == .refused { throw QueueRefused(reason: error) }
            throw QueueUnavailable(reason: error)
        } catch let error as UnreadableDocument {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            // Not an error of the run, which must not fail.
            throw QueueUnavailable(reason: error)
        }
    }
}
