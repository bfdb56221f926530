import Lifecycle
import Postgres
import TestSupport
import Testing

@Suite("A command's sender")
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
