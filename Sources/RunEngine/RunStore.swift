import Failpoints
import Foundation
import Lifecycle
public import Postgres

/// The runs and tasks in the database, as far as one worker may change them.
///
/// Every write carries the token of the claim; where it returns false, the claim is no longer ours
/// and nothing was changed.
///
/// Every function throws ``QueueUnavailable``.
public struct RunStore: Sendable {
    public let worker: Int64
    let pool: ConnectionPool

    public init(worker: Int64, pool: ConnectionPool) {
        self.worker = worker
        self.pool = pool
    }

    public func claimRun() async throws -> ClaimedRun? {
        let rows = try await asked { [worker] connection in
            try await connection.transaction { connection in
                let rows = try await connection.query(
                    "select ferry_state.claim_run($1)", [.int(worker)])
                if rows.first?[0].isNull == false { Failpoint.reach("run.before_claim_commit") }
                return rows
            }
        }
        return try decoded(rows)
    }

    public func claimTask() async throws -> ClaimedTask? {
        try await document("select ferry_state.claim_task($1)", [.int(worker)])
    }

    func open(
        _ run: ClaimedRun, snapshot: String, takenAt: String, reads: [ReadOffer]
    ) async throws -> Bool {
        let reads = String(decoding: try JSONEncoder().encode(reads), as: UTF8.self)
        return try await holds(
            "select ferry_state.open_run($1, $2, $3, $4, $5::timestamptz, $6::jsonb)", run,
            [.text(snapshot), .text(takenAt), .text(reads)])
    }

    func standing(of run: ClaimedRun) async throws -> RunStanding? {
        try await document(
            "select ferry_state.run_standing($1, $2, $3)",
            [.int(run.id), .int(run.token), .int(worker)])
    }

    /// Nil when the claim is no longer ours.
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

    /// - Parameter state: That it is in: running, or publishing where it is certain that nothing
    ///   can become visible any more.
    func fail(
        _ run: ClaimedRun, in state: RunState = .running, _ trouble: RunTrouble
    ) async throws -> Bool {
        try await holds(
            "select ferry_state.fail_run($1, $2, $3, $4, $5, $6, $7, $8)", run,
            trouble.values + [.text(state.rawValue)])
    }

    /// What becomes of a run that met a transient error.
    enum Postponement: String {
        case retrying
        /// It has been tried for long enough; nothing was changed.
        case tooLate = "too_late"
    }

    /// - Returns: Nil when the claim is no longer ours, or the run was told to stop.
    func retryLater(
        _ run: ClaimedRun, after delay: Duration, within limit: Duration, _ trouble: RunTrouble
    ) async throws -> Postponement? {
        try await query(
            """
            select ferry_state.retry_run_later($1, $2, $3, make_interval(secs => $4::float8),
                                               make_interval(secs => $5::float8), $6, $7, $8, $9)
            """,
            keys(of: run) + [.double(delay / .seconds(1)), .double(limit / .seconds(1))]
                + trouble.values
        ).first?[0].optionalString().flatMap(Postponement.init)
    }

    func publishLater(
        _ run: ClaimedRun, _ policy: RunRetryPolicy, _ trouble: RunTrouble
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
            """, run, seconds + [.bool(trouble.isTransient)] + trouble.values)
    }

    func release(_ run: ClaimedRun) async throws -> Bool {
        try await holds("select ferry_state.release_run($1, $2, $3)", run)
    }

    /// Those of these runs that have ended, and that went to the destination of this run.
    func ended(_ runs: Set<Int64>, besides run: ClaimedRun) async throws -> [Int64] {
        try await query(
            "select unnest(ferry_state.ended_runs($1, $2))", [.int(run.id), Value(Array(runs))]
        ).map { try $0[0].int64() }
    }

    /// A token that no claim has: above all drawn so far, below all drawn later.
    func drawToken() async throws -> Int64 {
        try await query("select ferry_state.draw_token()", []).first?[0].int64() ?? .min
    }

    func finishStop(_ run: ClaimedRun) async throws -> Bool {
        try await holds("select ferry_state.finish_stop($1, $2, $3)", run)
    }

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
        return try await holds(
            "select ferry_state.finish_task($1, $2, $3, $4, $5, $6)", task,
            [.text(json), Value(archive)])
    }

    /// - Parameter read: The number of the read that it is about; nil for the whole task.
    func fail(_ task: ClaimedTask, read: Int?, _ trouble: RunTrouble) async throws -> Bool {
        try await holds(
            "select ferry_state.fail_task($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", task,
            [.bool(trouble.isTransient)] + trouble.values + [read.map { .int(Int64($0)) } ?? .null])
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
        let keys: [Value] = [
            .int(task.run), .int(Int64(task.number)), .int(task.token), .int(worker),
        ]
        return try await query(sql, keys + values).first?[0].bool() == true
    }

    private func document<T: Decodable>(_ sql: String, _ values: [Value]) async throws -> T? {
        try decoded(try await query(sql, values))
    }

    private func decoded<T: Decodable>(_ rows: Rows) throws -> T? {
        guard let text = try rows.first?[0].optionalString() else { return nil }
        return try JSONDecoder().decode(T.self, from: Data(text.utf8))
    }

    private func query(_ sql: String, _ values: [Value]) async throws -> Rows {
        try await asked { try await $0.query(sql, values) }
    }

    private func asked(
        _ body: @Sendable (Connection) async throws -> Rows
    ) async throws -> Rows {
        do {
            return try await pool.withConnection(body)
        } catch let error as PostgresError {
            throw QueueUnavailable(reason: error)
        }
    }
}
