import Migrations
import Postgres
import TestSupport

/// A data export (1) with an orchestration (2) and a group (3), and runs of long ago.
struct OldRuns {
    let database: TestDatabase
    let owner: Connection

    static func with(_ body: (OldRuns) async throws -> Void) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run(
                """
                insert into ferry_state.databases
                       (id, environment, name, key, credential, created_by)
                values (4, 'production', 'crm', 'crm', 'x', 'a');
                insert into ferry_state.data_exports
                       (id, environment, name, key, version_count, active_version, created_by)
                values (1, 'production', 'e', 'e', 1, 1, 'a');
                insert into ferry_state.destinations
                       (id, environment, name, key, kind, settings, administrators_only,
                        created_by)
                values (5, 'production', 'd', 'd', 'directory', '{}', false, 'a');
                insert into ferry_state.data_templates
                       (id, environment, destination_id, name, key, settings, created_by)
                values (6, 'production', 5, 't', 't', '{}', 'a');
                insert into ferry_state.orchestrations
                       (id, environment, name, key, data_export_id, destination_id,
                        data_template_id, created_by)
                values (2, 'production', 'o', 'o', 1, 5, 6, 'a');
                insert into ferry_state.orchestration_groups
                       (id, environment, name, key, enabled, next_times, runs_as, created_by)
                values (3, 'production', 'g', 'g', true, '{}', 'a', 'a');
                """)
            try await body(OldRuns(database: database, owner: owner))
        }
    }

    /// Records a run, with a task, a read and a manifest, and the command that started it.
    ///
    /// - Parameters:
    ///   - days: How many days ago it began and ended.
    ///   - group: The group run that it belongs to.
    func add(
        _ id: Int64, _ state: String = "succeeded", days: Int, orchestration: Int64 = 2,
        resolves: Int64? = nil, group: Int64? = nil
    ) async throws {
        try await owner.execute(
            """
            with run as (
                insert into ferry_state.runs
                       (id, environment, orchestration_id, orchestration_name, data_export_id,
                        data_export_name, data_export_version, database_id, destination_id,
                        destination_name, inputs, created_by, state, created_at, finished_at,
                        resolves, resolution, group_run_id, group_id, group_name)
                select $1, 'production', $2, 'o', 1, 'e', 1, 4, 5, 'd', '{}', 'a', $3::text,
                       t.at,
                       case when $3::text in ('succeeded', 'failed', 'stopped') then t.at end,
                       $5::bigint, case when $5::bigint is not null then 'retry' end,
                       $6::bigint, case when $6::bigint is not null then 3 end,
                       case when $6::bigint is not null then 'g' end
                  from (select now() - make_interval(days => $4::int) as at) as t
                returning id, created_at
            ),
            command as (
                insert into ferry_state.commands
                       (id, command, arguments, environment, priority, lane, actor, created_at)
                select id, 'run_orchestration', '{}', 'production', 2, 0, 'a', created_at
                  from run
            ),
            outcome as (
                insert into ferry_state.command_outcomes (command_id, state, attempts, finished_at)
                select id, 'applied', 1, created_at from run
            ),
            task as (
                insert into ferry_state.run_tasks (run_id, number, run_token, rows_estimated)
                select id, 1, 1, 1 from run
            ),
            read as (
                insert into ferry_state.run_reads
                       (run_id, number, task, table_schema, table_name, part, parts, file,
                        source, columns, rows_estimated)
                select id, 1, 1, 'public', 't', 1, 1, 't.csv', '', '[]', 1 from run
            )
            insert into ferry_state.run_manifests (run_id, token, manifest, sha256)
            select id, 1, '{}', 'sha' from run
            """,
            [
                .int(id), .int(orchestration), .text(state), .int(Int64(days)), Value(resolves),
                Value(group),
            ])
    }

    /// Removes what is older than 100 days; returns how many there were.
    @discardableResult
    func prune(_ kind: Pruner.Kind, dryRun: Bool = false) async throws -> Int64 {
        let pruner = Pruner(owner)
        return try await pruner.prune(kind, before: pruner.time(before: 100), dryRun: dryRun)
    }

    /// The runs that are there, in order.
    func runs() async throws -> [Int64] {
        try await owner.query("select id from ferry_state.runs order by id")
            .map { try $0[0].int64() }
    }
}
