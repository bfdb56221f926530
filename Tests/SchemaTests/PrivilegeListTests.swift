import Postgres
import TestSupport
import Testing

/// Every privilege that Ferry's roles have, written by hand: `name: privileges`.
private enum Granted {
    static let schemas: Set = [
        "ferry ferry_client: USAGE", "ferry ferry_viewer: USAGE", "ferry ferry_worker: USAGE",
        "ferry_state ferry_worker: USAGE",
    ]

    /// Beside `SELECT` of every view in `ferry`.
    static let client: Set = [
        "ferry.applying: INSERT", "ferry.cancellations: INSERT", "ferry.commands: INSERT",
    ]

    /// Beside `SELECT` of everything in `ferry_state` but the partitions of events.
    static let worker: Set = [
        "ferry_state.alert_deliveries: INSERT UPDATE DELETE",
        "ferry_state.alerts: INSERT UPDATE DELETE",
        "ferry_state.command_cancellations: DELETE",
        "ferry_state.command_cancellations.command_id: UPDATE",
        "ferry_state.command_outcomes: INSERT",
        "ferry_state.command_queue: INSERT UPDATE DELETE",
        "ferry_state.command_references: INSERT DELETE",
        "ferry_state.command_samples: DELETE",
        "ferry_state.command_waits: INSERT UPDATE DELETE",
        "ferry_state.commands: INSERT",
        "ferry_state.data_export_versions: INSERT",
        "ferry_state.data_exports: INSERT UPDATE DELETE",
        "ferry_state.data_templates: INSERT UPDATE DELETE",
        "ferry_state.databases: INSERT UPDATE DELETE",
        "ferry_state.destination_slots.slot: UPDATE",
        "ferry_state.destinations: INSERT UPDATE DELETE",
        "ferry_state.events: INSERT",
        "ferry_state.group_firings: INSERT",
        "ferry_state.lane_slots.slot: UPDATE",
        "ferry_state.locks.slot: UPDATE",
        "ferry_state.object_versions: INSERT",
        "ferry_state.orchestration_group_members: INSERT DELETE",
        "ferry_state.orchestration_groups: INSERT UPDATE DELETE",
        "ferry_state.orchestrations: INSERT UPDATE DELETE",
        "ferry_state.policy_assignments: INSERT UPDATE DELETE",
        "ferry_state.run_manifests: INSERT",
        "ferry_state.run_plans: INSERT DELETE",
        "ferry_state.run_reads: INSERT UPDATE",
        "ferry_state.run_tasks: INSERT UPDATE DELETE",
        "ferry_state.runs: INSERT UPDATE",
        "ferry_state.sandbox_checks: INSERT UPDATE",
        "ferry_state.sandbox_problems: INSERT DELETE",
        "ferry_state.sandboxes: INSERT UPDATE DELETE",
        "ferry_state.settings: INSERT UPDATE",
        "ferry_state.source_roles: INSERT UPDATE",
        "ferry_state.task_progress: INSERT DELETE",
        "ferry_state.worker_credentials: INSERT",
        "ferry_state.worker_leases: INSERT UPDATE DELETE",
        "ferry_state.workers: INSERT UPDATE",
        "ferry_state.awake_until: SELECT UPDATE USAGE",
        "ferry_state.crowded_until: SELECT",
        "ferry_state.ids: USAGE",
        "ferry_state.tokens: USAGE",
    ]

    /// Of `ferry`, where a client may call all.
    static let readingFunctions: Set = [
        "data_export_definition", "data_export_diff", "definition_changes", "events_between",
        "feed_position",
    ]

    /// Of `ferry_state`, for clients and viewers: what views call.
    static let functionsOfViews: Set = ["is_visible", "visible_environments", "waiting_state"]

    /// Of `ferry_state`, where a worker may call all others.
    static let functionsOfOwner: Set = [
        "begin_pruning", "make_event_partition", "note_pruning", "note_removal", "prune_batch",
        "prune_events",
    ]

    /// What runs with the owner's rights. Each is a way to more than one's own, so each is listed.
    static let definers: Set = [
        "accept_command", "begin_epoch", "empty_commands", "feed_position", "keep_environment",
        "make_event_partitions", "prune_when_due", "take_applying", "visible_environments",
        "withdraw_command",
    ]
}

@Suite("The list of privileges", .timeLimit(.minutes(15)))
struct PrivilegeListTests {
    private func names(_ database: TestDatabase, _ sql: String, _ parameters: [Value] = [])
        async throws -> Set<String>
    {
        let owner = try await database.connect()
        let rows = try await owner.query(sql, parameters)
        await owner.close()
        return Set(try rows.map { try $0[0].string() })
    }

    /// `ferry.commands: INSERT SELECT`, also of single columns; sequences and partitions too.
    private func granted(_ database: TestDatabase, to role: String) async throws -> Set<String> {
        try await names(
            database,
            """
            select name || ': ' || string_agg(privilege, ' ' order by place)
              from (
                select relnamespace::regnamespace || '.' || relname as name, privilege_type
                  from pg_class, aclexplode(relacl)
                 where grantee::regrole::text = $1
                union all
                select c.relnamespace::regnamespace || '.' || c.relname || '.' || a.attname,
                       privilege_type
                  from pg_attribute as a join pg_class as c on c.oid = a.attrelid,
                       aclexplode(attacl)
                 where grantee::regrole::text = $1
              ) as held
              join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES',
                                'TRIGGER', 'MAINTAIN', 'USAGE'])
                   with ordinality as p (privilege, place) on privilege = privilege_type
             group by name
            """, [.text(role)])
    }

    private func relations(_ database: TestDatabase, _ schema: String) async throws -> Set<String> {
        try await names(
            database,
            """
            select $1 || '.' || relname from pg_class
             where relnamespace::regnamespace::text = $1 and relkind in ('r', 'p', 'v', 'm', 'f')
               and not relispartition
            """, [.text(schema)])
    }

    /// What is listed, and `SELECT` of everything.
    private func with(_ listed: Set<String>, selectOf relations: Set<String>) -> Set<String> {
        var all = listed
        for relation in relations {
            if let more = listed.first(where: { $0.hasPrefix("\(relation): ") }) {
                all.remove(more)
                all.insert("\(relation): SELECT \(more.dropFirst(relation.count + 2))")
            } else {
                all.insert("\(relation): SELECT")
            }
        }
        return all
    }

    @Test func `is all that a role has on tables, views and sequences`() async throws {
        try await TestDatabase.withSchema { database in
            let views = try await relations(database, "ferry")
            let tables = try await relations(database, "ferry_state")

            for (role, expected) in [
                ("ferry_viewer", with([], selectOf: views)),
                ("ferry_client", with(Granted.client, selectOf: views)),
                ("ferry_worker", with(Granted.worker, selectOf: views.union(tables))),
                // PUBLIC, as a grantee.
                ("-", []),
            ] {
                let found = try await granted(database, to: role).filter {
                    !$0.hasPrefix("pg_") && !$0.hasPrefix("information_schema")
                }
                #expect(found.symmetricDifference(expected).sorted() == [], "\(role)")
            }
            let onSchemas = try await names(
                database,
                """
                select nspname || ' ' || grantee::regrole || ': ' || privilege_type
                  from pg_namespace, aclexplode(nspacl)
                 where nspname in ('ferry', 'ferry_state') and grantee <> nspowner
                """)
            #expect(onSchemas == Granted.schemas)
        }
    }

    @Test func `is all that a role may call`() async throws {
        try await TestDatabase.withSchema { database in
            func callable(_ role: String, in schema: String) async throws -> Set<String> {
                try await names(
                    database,
                    """
                    select proname::text from pg_proc, aclexplode(proacl)
                     where pronamespace = $1::text::regnamespace
                       and grantee::regrole::text = $2 and privilege_type = 'EXECUTE'
                    """, [.text(schema), .text(role)])
            }
            func routines(_ schema: String) async throws -> Set<String> {
                try await names(
                    database,
                    "select proname::text from pg_proc where pronamespace = $1::text::regnamespace",
                    [.text(schema)])
            }

            let internals = try await routines("ferry_state")
            #expect(try await callable("ferry_client", in: "ferry") == routines("ferry"))
            for role in ["ferry_viewer", "ferry_worker"] {
                #expect(try await callable(role, in: "ferry") == Granted.readingFunctions)
            }
            for role in ["ferry_viewer", "ferry_client"] {
                #expect(try await callable(role, in: "ferry_state") == Granted.functionsOfViews)
            }
            #expect(
                try await callable("ferry_worker", in: "ferry_state")
                    == internals.subtracting(Granted.functionsOfOwner))
            #expect(Granted.functionsOfOwner.isSubset(of: internals))
            for schema in ["ferry", "ferry_state"] {
                #expect(try await callable("-", in: schema) == [])
            }
        }
    }

    @Test func `names what runs with the owner's rights`() async throws {
        try await TestDatabase.withSchema { database in
            let definers = try await names(
                database,
                """
                select proname::text from pg_proc
                 where pronamespace in ('ferry'::regnamespace, 'ferry_state'::regnamespace)
                   and prosecdef
                """)

            #expect(definers == Granted.definers)
        }
    }

    /// What was granted by hand, or by an older release, is not Ferry's to keep.
    @Test func `is made good by a migration`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let before = try await granted(database, to: "ferry_client")
            try await owner.run(
                """
                grant usage on schema ferry_state to ferry_client;
                grant update, delete on ferry.events, ferry_state.events to ferry_client;
                grant update (actor) on ferry.commands to ferry_client;
                grant usage on sequence ferry_state.ids to ferry_client;
                grant execute on function ferry_state.rescue(bigint[]) to ferry_client;
                select ferry_state.grant_privileges();
                """)

            #expect(try await granted(database, to: "ferry_client") == before)
            #expect(
                try await names(
                    database,
                    """
                    select 'may' where has_schema_privilege('ferry_client', 'ferry_state', 'usage')
                        or has_function_privilege('ferry_client',
                               'ferry_state.rescue(bigint[])', 'execute')
                    """) == [])
        }
    }
}
