import Postgres

/// What workers write, for tests without one.
extension Connection {
    /// Ends a command as a worker does: outcome and event in one transaction.
    func end(
        command id: Int64, as state: String, code: String? = nil, message: String? = nil,
        hint: String? = nil
    ) async throws {
        try await execute(
            """
            select ferry_state.finish_commands('{}',
                       json_build_array(json_build_object('id', $1::bigint, 'state', $2::text,
                           'code', $3::text, 'message', $4::text, 'hint', $5::text)),
                       null, null, null),
                   ferry_state.record_events(array['production'], array['command_' || $2::text],
                       array['command'], array[$1::bigint], array[null], array[null::bigint],
                       array[$1::bigint], array['alice'], array[null])
            """, [.int(id), .text(state), Value(code), Value(message), Value(hint)])
    }

    func insertRun(_ id: Int64, export: String, state: String) async throws {
        try await execute(
            """
            insert into ferry_state.runs
                   (id, environment, orchestration_id, orchestration_name, data_export_id,
                    data_export_name, data_export_version, database_id, destination_id,
                    destination_name, inputs, created_by, state, started_at, finished_at)
            values ($1, 'production', $1, 'o', 1, $2, 1, 1, 1, 'archive', '{}', 'ferry', $3,
                    '2026-01-31 12:00Z', case when $3 in ('succeeded', 'failed', 'stopped')
                                              then timestamptz '2026-01-31 12:03:44Z' end)
            """, [.int(id), .text(export), .text(state)])
    }

    /// Ends a run as a worker does.
    func end(run id: Int64, as state: String) async throws {
        try await transaction { connection in
            try await connection.execute(
                """
                update ferry_state.runs set state = $2, finished_at = clock_timestamp()
                 where id = $1
                """, [.int(id), .text(state)])
            try await connection.execute(
                "select ferry_state.record_run_event($1, 'run_' || $2::text, null)",
                [.int(id), .text(state)])
        }
    }

    func firstCommand() async throws -> Int64? {
        try await query("select id from ferry.commands order by id limit 1").first?[0].int64()
    }
}
