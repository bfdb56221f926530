import CommandProcessing
import Failpoints
import Postgres
import TestSupport
import Testing
import Values

@Suite("A sandbox in the database", .timeLimit(.minutes(15)))
struct SandboxTests {
    @Test func `is a copy of production, an environment, and gone with all of it`() async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.send("add_tables", ["name": "Daily", "tables": ["b"]])
            let created = try await scene.outcome(
                of: "create_sandbox", ["name": "Try out", "description": "for May"])

            #expect(created == .applied)
            let copy = try await scene.configuration(of: "Try out")
            #expect(copy.count == 5)
            #expect(copy == (try await scene.configuration(of: "production")))
            #expect(
                try await scene.texts(
                    """
                    select concat_ws(' ', name, description, created_by, in_sync, changes, errors)
                      from ferry.sandboxes
                    """) == ["Try out for May test_client_alice t 0 0"])
            #expect(
                try await scene.texts(
                    "select policy from ferry.policy_assignments where environment = 'Try out'")
                    == ["datagrid_administrator"])

            let sent = try await scene.send(
                "create_data_export", ["name": "X"], in: " TRY OUT")
            try await scene.processor().drain()
            #expect(try await scene.status(sent) == .applied)
            #expect(
                try await scene.texts(
                    "select environment from ferry.commands where id = $1", [.int(sent)])
                    == ["Try out"])

            let deleted = try await scene.outcome(
                of: "delete_sandbox", ["name": "try out", "confirm": "Try out"])

            #expect(deleted == .applied)
            for table in [
                "databases", "data_exports", "destinations", "data_templates", "orchestrations",
                "policy_assignments",
            ] {
                #expect(
                    try await scene.count(
                        "select count(*) from ferry_state.\(table) where environment = 'Try out'")
                        == 0)
            }
            #expect(try await scene.count("select count(*) from ferry.sandboxes") == 0)
            #expect(try await scene.count("select count(*) from ferry_state.environments") == 1)
            // The record stays.
            #expect(try await scene.state(sent) == "applied")
        }
    }

    @Test func `rejects commands that were sent to it and come too late`() async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.outcome(of: "create_sandbox", ["name": "Try"])
            let delete = try await scene.send(
                "delete_sandbox", ["name": "Try", "confirm": "Try"])
            let late = try await scene.send("create_data_export", ["name": "X"], in: "Try")

            try await scene.processor().drain()
            let later = try await scene.refusedEnvironment("Try")

            #expect(try await scene.status(delete) == .applied)
            #expect(try await scene.status(late).code == "unknown_environment")
            #expect(later == "FY006")
        }
    }

    @Test func `has definitions that the core and the database agree on`() async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.outcome(
                of: "edit_table",
                ["name": "Daily", "table": "a", "settings": ["rows": ["minimum": 0]]])
            try await scene.outcome(of: "activate_data_export", ["name": "Daily"])

            try await scene.outcome(of: "create_sandbox", ["name": "Try"])

            // The core wrote the base; the view compares it with what the tables hold.
            #expect(try await scene.count("select count(*) from ferry.sandbox_changes") == 0)
            #expect(
                try await scene.count(
                    "select jsonb_array_length(base) from ferry_state.sandboxes") == 5)
        }
    }

    @Test func `shows what it and production changed, and whether they conflict`() async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.outcome(of: "create_sandbox", ["name": "Try"])
            for (table, environment) in [("b", "production"), ("c", "Try")] {
                try await scene.outcome(
                    of: "edit_data_export", ["name": "Daily", "tables": [.string(table)]],
                    in: environment)
                try await scene.outcome(
                    of: "activate_data_export", ["name": "Daily"], in: environment)
            }
            try await scene.outcome(of: "delete_orchestration", ["name": "Daily"], in: "Try")
            try await scene.outcome(
                of: "register_database", ["name": "web", "credential": "w"])

            let changes = try await scene.texts(
                """
                select concat_ws(' ', kind, name, coalesce(change, '-'),
                                 coalesce(production_change, '-'), conflict,
                                 sandbox_definition ->> 'tables')
                  from ferry.sandbox_changes order by kind
                """)

            #expect(
                changes == [
                    "data_export Daily changed changed t [\"public.c\"]",
                    "database web - added f", "orchestration Daily removed - f",
                ])
            #expect(
                try await scene.texts(
                    """
                    select concat_ws(' ', in_sync, changes, production_changes, conflicts)
                      from ferry.sandboxes
                    """) == ["f 2 2 1"])
        }
    }

    @Test func `is promoted after a pull, in one step`() async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.outcome(of: "create_sandbox", ["name": "Try"])
            try await scene.outcome(
                of: "add_tables", ["name": "Daily", "tables": ["b"]], in: "Try")
            try await scene.outcome(of: "activate_data_export", ["name": "Daily"], in: "Try")
            // The template that an orchestration comes to use, and the one it leaves.
            try await scene.outcome(of: "delete_orchestration", ["name": "Daily"], in: "Try")
            try await scene.outcome(
                of: "delete_data_template", ["destination": "CRM", "name": "plain"], in: "Try")
            try await scene.outcome(
                of: "create_data_template", ["destination": "CRM", "name": "new", "settings": [:]],
                in: "Try")
            try await scene.outcome(
                of: "add_orchestration",
                ["data_export": "Daily", "destination": "CRM", "data_template": "new"],
                in: "Try")
            try await scene.outcome(
                of: "register_database", ["name": "web", "credential": "w"])
            let promote: JSONValue = ["name": "Try", "message": "May", "delete": true]

            let early = try await scene.outcome(of: "promote_sandbox", promote)
            let pull = try await scene.outcome(of: "pull_sandbox", ["name": "Try"])
            let own = try await scene.configuration(of: "Try")
            let promotion = try await scene.outcome(of: "promote_sandbox", promote)

            #expect(early.code == "sandbox_behind")
            #expect(pull == .applied)
            #expect(promotion == .applied)
            #expect(try await scene.configuration(of: "production") == own)
            #expect(
                try await scene.texts(
                    """
                    select distinct version || ' ' || activated_by
                      from ferry.data_exports where environment = 'production'
                    """) == ["2 test_client_alice"])
            #expect(try await scene.count("select count(*) from ferry.sandboxes") == 0)
        }
    }

    @Test func `changes nothing when the database refuses a promotion half-way`() async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.outcome(of: "create_sandbox", ["name": "Try"])
            try await scene.outcome(
                of: "register_database", ["name": "hr", "credential": "h"], in: "Try")
            try await scene.outcome(of: "delete_orchestration", ["name": "Daily"], in: "Try")
            // Databases are written long before orchestrations are deleted and checked.
            try await scene.admin.run(
                """
                create function public.refuse() returns trigger language plpgsql as
                    $$ begin raise exception 'no'; end; $$;
                create trigger refuse before insert or delete on ferry_state.databases
                    for each row when (pg_trigger_depth() = 0)
                    execute function public.refuse();
                """)
            let before = try await scene.configuration(of: "production")

            let id = try await scene.send(
                "promote_sandbox", ["name": "Try", "message": "May"])
            try await scene.processor(retry: RetryPolicy(attemptsMax: 1)).drain()

            #expect(try await scene.status(id).code == "technical_failure")
            #expect(try await scene.configuration(of: "production") == before)
            #expect(try await scene.events(id) == ["command_failed"])
        }
    }

    @Test func `waits for batches under way, and they for it`() async throws {
        try await CommandScene.withOrchestration { scene in
            let batch = try await scene.database.connect(as: .worker)
            try await batch.run("begin; select ferry_state.load_world('{}', '{}', '{}', '{}')")
            let id = try await scene.send("create_sandbox", ["name": "Try"])
            let processor = try await scene.processor()
            async let applied: Void = processor.drain()

            try await scene.waitForBlocked()
            #expect(try await scene.state(id) == "queued")
            try await batch.run("commit")
            try await applied

            #expect(try await scene.state(id) == "applied")
        }
    }
}

extension CommandScene {
    /// The SQLSTATE with which a command for this environment is refused; nil when it is not.
    fileprivate func refusedEnvironment(_ environment: String) async throws -> String? {
        do {
            try await send("create_data_export", ["name": "Y"], in: environment)
            return nil
        } catch PostgresError.server(let error) {
            return error.sqlState
        }
    }
}
