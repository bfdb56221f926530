import Postgres
import TestSupport
import Testing

@Suite("A command of priority 0 or 1", .timeLimit(.minutes(15)))
struct UrgencyTests {
    private func grant(
        _ owner: Connection, _ id: Int64, _ policy: String, to role: String,
        in environment: String? = nil, denial: Bool = false
    ) async throws {
        try await owner.execute(
            """
            insert into ferry_state.policy_assignments
                   (id, role, policy, environment, denial, options, created_by)
            values ($1, $2, $3, $4, $5::text::boolean, '[]', 'test')
            """,
            [.int(id), .text(role), .text(policy), Value(environment), .text("\(denial)")])
    }

    private let urgent = """
        insert into ferry.commands (command, arguments, priority)
        values ('create_data_export', '{"name": "x"}', 1)
        """

    @Test func `is refused without a policy for it, with the way out`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let owner = try await database.connect()
            try await grant(owner, 1, "amp360_user", to: "test_client_alice")
            try await grant(
                owner, 2, "datagrid_operator", to: "test_client_alice", in: "elsewhere")

            let error = try await refusal(alice, urgent)

            #expect(error?.sqlState == "FY016")
            #expect(
                error?.message
                    == "test_client_alice is not allowed to send commands with priority 1")
            #expect(
                error?.hint == "use priority 2 or 3; priorities 0 and 1 require "
                    + "datagrid_administrator or datagrid_operator in production")
        }
    }

    @Test(arguments: ["datagrid_operator", "datagrid_administrator"])
    func `is accepted from those with a policy for it, unless it is denied`(_ policy: String)
        async throws
    {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let owner = try await database.connect()
            try await grant(owner, 1, policy, to: "test_client_alice", in: "production")

            #expect(try await refusal(alice, urgent) == nil)
            try await grant(owner, 2, policy, to: "ferry_client", denial: true)
            #expect(try await refusal(alice, urgent)?.sqlState == "FY016")
        }
    }

    @Test func `is refused when the login is denied what the role may`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await grant(owner, 1, "datagrid_operator", to: "test_client_alice")
            try await grant(owner, 2, "datagrid_operator", to: "ferry", denial: true)
            try await owner.run("set role test_client_alice")

            #expect(try await refusal(owner, urgent)?.sqlState == "FY016")
        }
    }
}
