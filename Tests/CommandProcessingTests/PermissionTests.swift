import Postgres
import TestSupport
import Testing
import Values

@Suite("A command's sender", .timeLimit(.minutes(15)))
struct PermissionTests {
    @Test func `is judged by the rights there are when the command is applied`() async throws {
        try await CommandScene.with { scene in
            let early = try await scene.send("create_data_export", ["name": "early"])
            try await scene.processor().drain()
            let late = try await scene.send("create_data_export", ["name": "late"])
            try await scene.admin.run(
                "delete from ferry_state.policy_assignments where role = 'test_client_alice'")
            try await scene.processor().drain()

            #expect(try await scene.state(early) == "applied")
            let status = try await scene.status(late)
            #expect(status.state == "rejected")
            #expect(status.code == "permission_denied")
            #expect(status.message?.contains("you have no policy there") == true)
        }
    }

    /// A member of two roles, one that may and one that is denied it, acts in the first.
    @Test func `is bound by what the role that logged in is denied`() async throws {
        try await CommandScene.with { scene in
            try await scene.admin.run(
                """
                insert into ferry_state.policy_assignments
                       (id, role, policy, environment, denial, options, created_by)
                values (-99, 'ferry', 'datagrid_administrator', 'production', true, '[]', 'test')
                """)
            let both = try await scene.database.connect()
            try await both.run("set role test_client_alice")

            let denied = try await both.query("select ferry.create_data_export('Denied')")[0][0]
                .int64()
            let alice = try await scene.database.connect(as: .alice)
            let allowed = try await alice.query("select ferry.create_data_export('Allowed')")[0][0]
                .int64()
            try await scene.processor().drain()
            await both.close()

            #expect(try await scene.state(allowed) == "applied")
            #expect(
                try await scene.status(denied).message?.contains(
                    "role \"ferry\" is denied datagrid_administrator") == true)
            #expect(
                try await scene.texts(
                    """
                    select concat_ws(' ', event, actor, login) from ferry.events
                     where command_id in (\(denied), \(allowed)) order by id
                    """) == [
                        "command_rejected test_client_alice ferry",
                        "data_export_created test_client_alice test_client_alice",
                    ])
        }
    }

    @Test func `grants and revokes policies by commands`() async throws {
        try await CommandScene.with { scene in
            let grant: JSONValue = [
                "role": "test_client_bob", "policy": "amp360_user",
                "restrict_data_exports": true,
            ]
            let granted = try await scene.send("grant_policy", grant)
            let unknown = try await scene.send(
                "grant_policy", ["role": "no such role", "policy": "amp360_user"])
            try await scene.processor().drain()
            #expect(
                try await scene.texts(
                    """
                    select concat_ws(' ', role, policy, environment, denial, options, created_by)
                      from ferry.policy_assignments where id = \(granted)
                    """) == [
                        #"test_client_bob amp360_user production f ["restrict_data_exports"] "#
                            + "test_client_alice"
                    ])
            #expect(try await scene.status(unknown).code == "not_found")

            let revoked = try await scene.send(
                "revoke_policy", ["role": "test_client_bob", "policy": "amp360_user"])
            try await scene.processor().drain()
            #expect(try await scene.state(revoked) == "applied")
            #expect(
                try await scene.count(
                    """
                    select count(*) from ferry.policy_assignments where role = 'test_client_bob'
                    """) == 0)
            #expect(try await scene.events(revoked) == ["policy_revoked"])
        }
    }
}
