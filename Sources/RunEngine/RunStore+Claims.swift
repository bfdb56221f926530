import Failpoints
import Foundation
import Logging
import Postgres
import Values

extension RunStore {
    /// Claims a run; nil if there is none. It is processed in ``carrying(_:_:)``.
    ///
    /// A run that this program cannot read fails, and the next one is claimed.
    public func claimRun() async throws -> ClaimedRun? {
        let worker = worker
        while let text = try await claim({ connection in
            try await connection.transaction { connection in
                let text = try await connection.query(
                    "select ferry_state.claim_run($1)", [.int(worker)]
                ).first?[0].optionalString()
                if text != nil { Failpoint.reach("run.before_claim_commit") }
                return text
            }
        }) {
            do {
                return try Self.decoded(text)
            } catch let unreadable as UnreadableDocument {
                try await fail(try Self.decoded(text) as RunKeys, unreadable)
            }
        }
        return nil
    }

    /// Claims a task; nil if there is none. It is processed in ``carrying(_:_:)``.
    ///
    /// A task that this program cannot read fails, and with it its run.
    public func claimTask() async throws -> ClaimedTask? {
        let worker = worker
        while let text = try await claim({ connection in
            try await connection.query("select ferry_state.claim_task($1)", [.int(worker)])
                .first?[0].optionalString()
        }) {
            do {
                return try Self.decoded(text)
            } catch let unreadable as UnreadableDocument {
                try await fail(try Self.decoded(text) as TaskKeys, unreadable)
            }
        }
        return nil
    }

    /// Processes the claim of this token. If that throws, the claim is released a moment later.
    public func carrying(_ token: Int64, _ body: () async throws -> Void) async throws {
        do {
            try await body()
            held.drop(token)
        } catch {
            held.lose(token)
            throw error
        }
    }

    /// Releases claims whose connection broke before the answer arrived.
    public func releaseOrphans() async throws {
        guard held.isInDoubt else { return }
        var claims: [Int64: (run: Int64, task: Int64?)] = [:]
        for row in try await query("select * from ferry_state.held_work($1)", [.int(worker)]) {
            claims[try row[2].int64()] = (try row[0].int64(), try row[1].optionalInt64())
        }
        for token in held.orphans(among: Set(claims.keys)).sorted() {
            guard let (run, task) = claims[token] else { continue }
            if let task {
                _ = try await query(
                    "select ferry_state.release_task($1, $2, $3, $4)",
                    [.int(run), .int(task), .int(token), .int(worker)])
            } else {
                _ = try await query(
                    "select ferry_state.release_run($1, $2, $3)",
                    [.int(run), .int(token), .int(worker)])
            }
            logger.notice(
                "released claims of a lost connection", metadata: ["run": "\(run)"])
        }
    }

    /// - Returns: What the function returned, as JSON.
    private func claim(
        _ take: @escaping @Sendable (Connection) async throws -> String?
    ) async throws -> String? {
        let held = held
        return try await asked("claim a run or a task") { connection, _ in
            let claim = held.beginClaim()
            do {
                let text = try await take(connection)
                held.endClaim(claim, token: try text.map { try Self.decoded($0) as Keys }?.token)
                return text
            } catch PostgresError.connectionLost(let reason) {
                held.loseClaim(claim)
                throw PostgresError.connectionLost(reason)
            } catch {
                held.endClaim(claim)
                throw error
            }
        }
    }

    private struct Keys: Decodable { let token: Int64 }

    private struct RunKeys: Decodable {
        let id: Int64
        let token: Int64
        let state: String
    }

    private struct TaskKeys: Decodable {
        let run_id: Int64
        let number: Int64
        let token: Int64
    }

    private func fail(_ run: RunKeys, _ unreadable: UnreadableDocument) async throws {
        defer { held.drop(run.token) }
        let runError = runError(of: run.id, unreadable)
        let keys: [Value] = [.int(run.id), .int(run.token), .int(worker)]
        switch run.state {
        case "stopping":
            _ = try await query("select ferry_state.finish_stop($1, $2, $3)", keys)
        case "publishing":
            _ = try await query(
                """
                select ferry_state.publish_run_later(
                    $1, $2, $3, interval '1 minute', interval '5 minutes', interval '0', $4, $5,
                    $6, $7, $8)
                """, keys + [.bool(runError.isTransient)] + runError.values)
        default:
            _ = try await query(
                "select ferry_state.fail_run($1, $2, $3, $4, $5, $6, $7)", keys + runError.values)
        }
    }

    private func fail(_ task: TaskKeys, _ unreadable: UnreadableDocument) async throws {
        defer { held.drop(task.token) }
        _ = try await query(
            "select ferry_state.fail_task($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [.int(task.run_id), .int(task.number), .int(task.token), .int(worker), .bool(false)]
                + runError(of: task.run_id, unreadable).values + [.null])
    }

    private func runError(of run: Int64, _ unreadable: UnreadableDocument) -> RunError {
        logger.error(
            "a run cannot be read",
            metadata: ["run": "\(run)", "reason": "\(unreadable)"])
        return RunError(
            code: "internal", origin: .internal, message: "run \(run): \(unreadable)",
            hint: "update the workers, or use restart_run to start the run with the current "
                + "configuration",
            isTransient: false)
    }
}
