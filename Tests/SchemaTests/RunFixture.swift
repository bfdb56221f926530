import Postgres
import TestSupport

/// A worker on duty, in a session of its own.
struct DutyWorker: Sendable {
    let id: Int64
    let connection: Connection
    let database: TestDatabase

    static func register(_ database: TestDatabase, lease: String = "1 hour") async throws
        -> DutyWorker
    {
        let connection = try await database.connect(as: .worker)
        let id = try await connection.query(
            "select ferry_state.register_worker('w', 'host', 1, '1.0', 2, $1::text::interval)",
            [.text(lease)])[0][0].int64()
        return DutyWorker(id: id, connection: connection, database: database)
    }

    func leave() async throws {
        try await connection.execute("select ferry_state.leave($1)", [.int(id)])
    }

    /// Takes charge of a run; nil when there is none.
    func claimRun() async throws -> (id: Int64, token: Int64)? {
        try await claim("claim_run", "id")
    }

    /// Takes a task; nil when there is none.
    func claimTask() async throws -> (number: Int64, token: Int64)? {
        try await claim("claim_task", "number").map { ($0.id, $0.token) }
    }

    private func claim(_ function: String, _ key: String) async throws -> (
        id: Int64, token: Int64
    )? {
        let row = try await connection.query(
            """
            select (c ->> '\(key)')::bigint as id, (c ->> 'token')::bigint as token
              from ferry_state.\(function)($1) as c
            """, [.int(id)])[0]
        guard let id = try row["id"].optionalInt64() else { return nil }
        return (id, try row["token"].int64())
    }

    /// Offers tasks of a run that this worker is in charge of.
    func open(
        run: Int64, token: Int64, tables: Int = 2, perTask: Int = 1
    ) async throws -> Bool {
        try await connection.query(
            """
            select ferry_state.open_run($1, $2, $3, 'snap', now(), (
                select jsonb_agg(jsonb_build_object('number', n,
                                 'task', (n - 1) / $5::int * $5::int + 1, 'schema', 'public',
                                 'table', 't' || n, 'part', 1, 'parts', 1,
                                 'file', 't' || n || '.csv',
                                 'source', 'select', 'columns',
                                 '[]'::jsonb, 'rows_estimated', 100 - n))
                  from generate_series(1, $4::int) as n))
            """,
            [.int(run), .int(token), .int(id), .int(Int64(tables)), .int(Int64(perTask))]
        )[0][0].bool()
    }

    /// Each of the task's reads gave one file, of ten rows.
    func finish(run: Int64, task: (number: Int64, token: Int64)) async throws -> Bool {
        try await connection.query(
            """
            select ferry_state.finish_task($1, $2::int, $3, $4, (
                select jsonb_agg(jsonb_build_object('read', number, 'name', file, 'rows', 10,
                                                    'bytes', 100, 'sha256', 'abc'))
                  from ferry_state.run_reads where run_id = $1 and task = $2::int))
            """,
            [.int(run), .int(task.number), .int(task.token), .int(id)])[0][0].bool()
    }

    func beginPublishing(run: Int64, token: Int64) async throws -> Bool {
        try await connection.query(
            "select ferry_state.begin_publishing($1, $2, $3, '{}', 'sha')",
            [.int(run), .int(token), .int(id)])[0][0].bool()
    }

    func heartbeat() async throws -> Bool {
        try await connection.query(
            "select ferry_state.heartbeat($1, '1 hour')", [.int(id)])[0][0].bool()
    }

    /// Reports progress of tasks; returns the tokens of those that are to go on.
    func report(_ progress: String) async throws -> [Int64] {
        try await connection.query(
            "select live from ferry_state.report_progress($1, $2)", [.int(id), .text(progress)]
        ).map { try $0[0].int64() }
    }
}

extension Connection {
    /// Records a run that waits for a worker, as the owner of the schema.
    func queueRun(_ id: Int64, orchestration: Int64 = 1) async throws {
        try await execute(
            """
            insert into ferry_state.runs
                   (id, environment, orchestration_id, orchestration_name, data_export_id,
                    data_export_name, data_export_version, database_id, destination_id,
                    destination_name, inputs, created_by, state)
            values ($1, 'production', $2, 'daily', 1, 'customers', 1, 1, 1, 'drop', '{}', 'alice',
                    'queued')
            """, [.int(id), .int(orchestration)])
    }

    /// Everything that is recorded of runs and workers, to see whether anything changed.
    func everythingOfRuns() async throws -> String {
        try await text(
            """
            select concat_ws(E'\\n',
                (select string_agg(r::text, E'\\n' order by id) from ferry_state.runs as r),
                (select string_agg(t::text, E'\\n' order by run_id, number)
                   from ferry_state.run_tasks as t),
                (select string_agg(d::text, E'\\n' order by run_id, number)
                   from ferry_state.run_reads as d),
                (select string_agg(m::text, E'\\n') from ferry_state.run_manifests as m),
                (select string_agg(p::text, E'\\n' order by id)
                   from ferry_state.task_progress as p),
                (select count(*) from ferry_state.events))
            """)
    }

    func state(ofRun id: Int64) async throws -> String {
        try await text("select state from ferry_state.runs where id = $1", [.int(id)])
    }
}
