import Foundation
import Postgres
import TestSupport
import Testing

@Suite("The right to apply a configuration", .timeLimit(.minutes(15)))
struct ApplyingTests {
    private static let lease =
        "leased_until between clock_timestamp() + interval '20 s' "
        + "and clock_timestamp() + interval '30 s'"

    private func grant(
        _ owner: Connection, _ policy: String = "amp360_user", to role: String,
        in environment: String? = nil, denial: Bool = false
    ) async throws {
        try await owner.execute(
            """
            insert into ferry_state.policy_assignments
                   (id, role, policy, environment, denial, options, created_by)
            values (nextval('ferry_state.ids'), $1, $2, $3, $4::text::boolean, '[]', 'test')
            """,
            [.text(role), .text(policy), Value(environment), .text("\(denial)")])
    }

    private func ask(
        _ connection: Connection, _ request: String, _ token: UUID, in environment: String? = nil
    ) async throws -> ServerError? {
        try await refusal(
            connection,
            "insert into ferry.applying (request, token, environment) values ($1, $2::uuid, $3)",
            [.text(request), .text(token.uuidString), Value(environment)])
    }

    /// Gives the body the owner, alice and bob, who both may apply.
    private func scene(
        _ body: (TestDatabase, _ owner: Connection, _ alice: Connection, _ bob: Connection)
            async throws -> Void
    ) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            for role in ["test_client_alice", "test_client_bob"] {
                try await grant(owner, to: role)
            }
            try await body(
                database, owner, try await database.connect(as: .alice),
                try await database.connect(as: .bob))
        }
    }

    @Test func `is one apply's, which is named to others`() async throws {
        try await scene { _, _, alice, bob in
            let (first, second) = (UUID(), UUID())
            #expect(try await ask(alice, "begin", first) == nil)
            let since = try await alice.text(
                "select to_char(since at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') "
                    + "from ferry.applying where actor = 'test_client_alice' and \(Self.lease)")

            for request in ["begin", "renew"] {
                let error = try await ask(bob, request, second)
                #expect(error?.sqlState == "FY018")
                #expect(
                    error?.message == "test_client_alice has been applying a configuration to "
                        + "production since \(since) UTC")
                #expect(error?.hint?.hasPrefix("wait until it ends") == true)
            }
            // Another apply of the same role is another apply.
            #expect(try await ask(alice, "begin", second)?.sqlState == "FY018")
            // Nobody else ends it, even with its token.
            #expect(try await ask(bob, "end", first) == nil)
            #expect(try await ask(bob, "begin", second)?.sqlState == "FY018")

            #expect(try await ask(alice, "end", first) == nil)
            #expect(try await alice.number("select count(*) from ferry.applying") == 0)
            #expect(try await ask(bob, "begin", second) == nil)
        }
    }

    @Test func `ends with its session`() async throws {
        try await scene { _, owner, alice, bob in
            #expect(try await ask(alice, "begin", UUID()) == nil)
            let process = alice.serverProcessID
            await alice.close()
            try await eventually("the session has gone") {
                try await owner.number(
                    "select count(*) from pg_stat_activity where pid = $1",
                    [.int(Int64(process))]) == 0
            }
            #expect(try await ask(bob, "begin", UUID()) == nil)
        }
    }

    @Test func `ends when it is not renewed, for good once another has begun`() async throws {
        try await scene { _, owner, alice, bob in
            let (first, second) = (UUID(), UUID())
            let expire = "update ferry_state.applying set leased_until = clock_timestamp()"
            #expect(try await ask(alice, "begin", first) == nil)

            // Late, but no other has started meanwhile; over another connection.
            try await owner.run(expire)
            #expect(try await alice.number("select count(*) from ferry.applying") == 0)
            #expect(try await ask(alice, "renew", first) == nil)
            #expect(
                try await alice.number("select count(*) from ferry.applying where \(Self.lease)")
                    == 1)

            try await owner.run(expire)
            #expect(try await ask(bob, "begin", second) == nil)
            #expect(try await ask(alice, "renew", first)?.sqlState == "FY018")
            #expect(try await ask(bob, "end", second) == nil)
            let error = try await ask(alice, "renew", first)
            #expect(
                error?.message == "this apply expired, and another one has changed "
                    + "production since")
        }
    }

    @Test func `is of one environment, and of those with a policy there`() async throws {
        try await scene { database, owner, alice, bob in
            try await owner.run(
                "insert into ferry_state.environments (name) values ('box'), ('other')")
            #expect(try await ask(alice, "begin", UUID(), in: "box") == nil)
            #expect(try await ask(bob, "begin", UUID(), in: "other") == nil)
            #expect(try await ask(bob, "begin", UUID(), in: " BOX ")?.sqlState == "FY018")
            #expect(try await ask(bob, "begin", UUID(), in: "nowhere")?.sqlState == "FY006")

            try await grant(owner, to: "test_client_bob", in: "production", denial: true)
            let error = try await ask(bob, "begin", UUID())
            #expect(error?.sqlState == "FY016")
            #expect(
                error?.message
                    == "test_client_bob is not allowed to apply a configuration to production")
            #expect(
                try await bob.text("select string_agg(environment, ' ') from ferry.applying")
                    == "box other")
            let viewer = try await database.connect(as: .viewer)
            #expect(try await ask(viewer, "begin", UUID())?.sqlState == "42501")
            #expect(
                try await viewer.number(
                    "select count(*) from ferry.applying where token is null") == 2)
        }
    }

    @Test func `is asked for by its own columns alone`() async throws {
        try await scene { _, _, alice, _ in
            let insert = "insert into ferry.applying"
            for statement in [
                "\(insert) (request) values ('begin')",
                "\(insert) (token) values (gen_random_uuid())",
                "\(insert) (request, token) values ('take', gen_random_uuid())",
            ] {
                let error = try await refusal(alice, statement)
                #expect(error?.sqlState == "FY004", "\(statement)")
            }
            let forged =
                "\(insert) (request, token, actor) values ('begin', gen_random_uuid(), 'x')"
            let error = try await refusal(alice, forged)
            #expect(error?.sqlState == "FY007")
        }
    }

    /// A transaction that has asked and stays open delays the others, but not for ever.
    @Test func `is not waited for without end`() async throws {
        try await scene { _, _, alice, bob in
            try await alice.run("begin")
            #expect(try await ask(alice, "begin", UUID()) == nil)
            #expect(try await ask(bob, "begin", UUID())?.sqlState == "55P03")
            try await alice.run("rollback")
            #expect(try await ask(bob, "begin", UUID()) == nil)
        }
    }
}
