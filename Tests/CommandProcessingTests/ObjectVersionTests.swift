import CommandProcessing
import Lifecycle
import Postgres
import TestSupport
import Testing
import Values

@Suite("The versions of an object", .timeLimit(.minutes(15)))
struct ObjectVersionTests {
    @Test func `say who made what of it, when and by which command`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            let deletion = try await scene.send(
                "delete_data_template", ["destination": "crm", "name": "PLAIN"])
            try await scene.processor().drain()

            let rows = try await scene.admin.query(
                """
                select version, environment, destination, name, definition::text, actor,
                       command_id, at = (select at from ferry.events as e
                                          where e.command_id = v.command_id)
                  from ferry.object_versions as v
                 where kind = 'data_template' order by version
                """)
            #expect(try rows.map { try $0[0].int() } == [1, 2])
            for row in rows {
                #expect(try row[1].string() == "production")
                #expect(try row[2].string() == "CRM")
                #expect(try row[3].string() == "plain")
                #expect(try row[5].string() == TestRole.alice.rawValue)
                #expect(try row[7].bool())
            }
            #expect(try rows[0][4].optionalString() == "{\"settings\": {}}")
            #expect(rows[1][4].isNull)
            #expect(try rows[1][6].int64() == deletion)
        }
    }

    @Test func `are the definitions of the configuration, kind by kind`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.activate(["Daily"])
            try await scene.send(
                "edit_table",
                ["name": "Daily", "table": "a", "settings": ["rows": ["minimum": 1]]])
            try await scene.send("activate_data_export", ["name": "Daily"])
            try await scene.send(
                "add_orchestration",
                ["data_export": "Daily", "destination": "CRM", "data_template": "plain"])
            try await scene.processor().drain()

            let different = try await scene.texts(
                """
                select kind || ' ' || c.name
                  from ferry.configuration as c
                  full join (select distinct on (kind, object_id) *
                               from ferry.object_versions where kind <> 'policy_assignment'
                              order by kind, object_id, version desc) as v
                 using (kind, object_id)
                 where (c.environment, c.destination, c.name, c.definition)
                       is distinct from (v.environment, v.destination, v.name, v.definition)
                """)
            #expect(different == [])
            #expect(try await scene.count("select count(*) from ferry.configuration") == 5)
        }
    }

    @Test func `have one row a command, however many a batch holds`() async throws {
        try await CommandScene.withOrchestrations { scene in
            for orchestration in ["A", "B"] {
                try await scene.send(
                    "create_orchestration_group",
                    [
                        "name": "G", "orchestrations": [.string(orchestration)], "manual": true,
                    ])
                try await scene.send("delete_orchestration_group", ["name": "G"])
            }
            #expect(try await scene.processor().applyBatch() == 4)

            let versions = try await scene.texts(
                """
                select concat_ws(' ', dense_rank() over (order by object_id), version,
                                 definition ->> 'orchestrations')
                  from ferry.object_versions where name = 'G' order by command_id
                """)
            #expect(versions == ["1 1 [\"A\"]", "1 2", "2 1 [\"B\"]", "2 2"])
        }
    }

    @Test func `follow its edits`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.send(
                "edit_destination", ["name": "CRM", "settings": ["path": "/exports/b"]])
            try await scene.send("edit_destination", ["name": "CRM", "administrators_only": true])
            try await scene.send("edit_destination", ["name": "CRM", "administrators_only": true])
            try await scene.processor().drain()

            let versions = try await scene.texts(
                """
                select version || ' ' || coalesce(changed::text, 'new')
                  from ferry.object_versions where kind = 'destination' order by version
                """)
            let path = """
                [{"new": "/exports/b", "old": "/exports", "path": ["settings", "path"]}]
                """
            #expect(
                versions == [
                    "1 new", "2 \(path)",
                    "3 [{\"new\": true, \"old\": false, \"path\": [\"administrators_only\"]}]",
                ])
        }
    }

    @Test func `of a data export are its activations, and its deletion`() async throws {
        try await CommandScene.with { scene in
            try await scene.activate(["Daily"])
            try await scene.send("add_tables", ["name": "Daily", "tables": ["b"]])
            try await scene.send("activate_data_export", ["name": "Daily"])
            try await scene.send("delete_data_export", ["name": "Daily"])
            try await scene.send("create_data_export", ["name": "Draft"])
            try await scene.send("delete_data_export", ["name": "Draft"])
            try await scene.send("unregister_database", ["name": "Shop"])
            try await scene.processor().drain()

            let versions = try await scene.texts(
                """
                select concat_ws(' ', version, name, definition ->> 'database',
                                 definition ->> 'tables',
                                 (select command from ferry.commands where id = command_id))
                  from ferry.object_versions where kind = 'data_export' order by version
                """)
            #expect(
                versions == [
                    "1 Daily Shop [\"public.a\"] activate_data_export",
                    "2 Daily Shop [\"public.a\", \"public.b\"] activate_data_export",
                    "3 Daily delete_data_export",
                ])
        }
    }

    @Test func `of a policy are its grants, changes and its revocation`() async throws {
        try await CommandScene.with { scene in
            let bob = JSONValue.string(TestRole.bob.rawValue)
            let policy: JSONValue = ["role": bob, "policy": "amp360_user"]
            try await scene.send("grant_policy", policy)
            try await scene.send(
                "grant_policy",
                ["role": bob, "policy": "amp360_user", "restrict_data_exports": true])
            try await scene.send("revoke_policy", policy)
            try await scene.processor().drain()

            let versions = try await scene.texts(
                """
                select concat_ws(' ', version, name, definition ->> 'policy',
                                 definition ->> 'options')
                  from ferry.object_versions where kind = 'policy_assignment' order by version
                """)
            #expect(
                versions == [
                    "1 test_client_bob amp360_user []",
                    "2 test_client_bob amp360_user [\"restrict_data_exports\"]",
                    "3 test_client_bob",
                ])
        }
    }

    @Test func `show what changed since the previous one`() async throws {
        try await CommandScene.with { scene in
            try await scene.activate(["Daily"])
            try await scene.send("edit_data_export", ["name": "Daily", "tables": ["b", "c"]])
            try await scene.send(
                "edit_table",
                ["name": "Daily", "table": "b", "settings": ["filter": "true"]])
            try await scene.send("activate_data_export", ["name": "Daily"])
            try await scene.processor().drain()

            let changed = try await scene.admin.query(
                "select changed::text from ferry.object_versions where kind = 'data_export' "
                    + "order by version")
            #expect(changed[0][0].isNull)
            #expect(
                try changed[1][0].string() == """
                    [{"new": {"filter": "true"}, "path": ["table_settings", "public.b"]}, \
                    {"new": ["public.b", "public.c"], "old": ["public.a"], \
                    "path": ["tables"], "added": ["public.b", "public.c"], \
                    "removed": ["public.a"]}]
                    """)
        }
    }

    @Test func `are written by nothing that changes no configured object`() async throws {
        try await CommandScene.with { scene in
            let count = "select count(*) from ferry_state.object_versions"
            let before = try await scene.count(count)
            try await scene.send("create_data_export", ["name": "X", "database": "Shop"])
            try await scene.send("register_database", ["name": "shop", "credential": "x"])
            try await scene.send("discard_draft", ["name": "X"])
            try await scene.processor().drain()

            #expect(try await scene.count(count) == before)
        }
    }

    @Test func `are seen where a policy of the reader lets it view`() async throws {
        try await CommandScene.with { scene in
            let bob = try await scene.database.connect(as: .bob)
            let count = "select count(*) from ferry.object_versions"
            #expect(try await bob.query(count)[0][0].int() == 0)

            try await scene.send(
                "grant_policy",
                ["role": .string(TestRole.bob.rawValue), "policy": "amp360_user"])
            try await scene.processor().drain()
            // The database, and the policy itself.
            #expect(try await bob.query(count)[0][0].int() == 2)
        }
    }
}
