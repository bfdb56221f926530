import Foundation
import Postgres
import TestSupport
import Testing

/// A role of this test's own; roles belong to the whole server.
private func withRole<T>(
    _ owner: Connection, _ clauses: String = "", _ body: (String) async throws -> T
) async throws -> T {
    let name = "test_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
    try await owner.run("create role \(name) login \(clauses)")
    let result: Result<T, any Error>
    do { result = .success(try await body(name)) } catch { result = .failure(error) }
    try await owner.run("drop owned by \(name); drop role \(name)")
    return try result.get()
}

extension Connection {
    fileprivate func assign(
        _ policy: String, to role: String, in environment: String? = nil, denial: Bool = false
    ) async throws {
        try await execute(
            """
            insert into ferry_state.policy_assignments
                   (id, role, policy, environment, denial, options, created_by)
            values (nextval('ferry_state.ids'), $1, $2, $3, $4, '[]', 'test')
            """, [.text(role), .text(policy), Value(environment), .bool(denial)])
    }

    fileprivate func policies(of role: String) async throws -> [String] {
        try await query(
            """
            select p ->> 'policy'
              from json_array_elements(ferry_state.policies_of(array[$1])) as held
             cross join lateral json_array_elements(held -> 'policies') as p order by 1
            """, [.text(role)]
        ).map { try $0[0].string() }
    }

    fileprivate func visible(to role: String) async throws -> [String] {
        try await query(
            "select unnest(ferry_state.visible_environments($1::text::name)) order by 1",
            [.text(role)]
        ).map { try $0[0].string() }
    }
}

@Suite("Policies in the database", .timeLimit(.minutes(15)))
struct PolicyTests {
    @Test func `give everything to the role that first migrated`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let migrator = try await owner.text("select current_user::text")

            #expect(try await owner.policies(of: migrator) == ["datagrid_administrator"])
        }
    }

    @Test func `are inherited by the members of a role, over several steps`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await withRole(owner) { staff in
                try await withRole(owner, "in role \(staff)") { team in
                    try await withRole(owner, "in role \(team)") { anna in
                        try await owner.assign("datagrid_operator", to: staff)
                        try await owner.assign("amp360_user", to: anna)

                        #expect(
                            try await owner.policies(of: anna)
                                == ["amp360_user", "datagrid_operator"])
                        #expect(try await owner.policies(of: team) == ["datagrid_operator"])
                        // From PostgreSQL 16 on each membership says it, before the role did.
                        let isOfMembership = try await owner.query(
                            "select current_setting('server_version_num')::int >= 160000"
                        )[0][0].bool()
                        try await owner.run(
                            isOfMembership
                                ? "grant \(team) to \(anna) with inherit false"
                                : "alter role \(anna) noinherit")
                        #expect(try await owner.policies(of: anna) == ["amp360_user"])
                    }
                }
            }
        }
    }

    /// PostgreSQL counts a superuser among the members of every role.
    @Test func `are not those of every role for a superuser`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await withRole(owner) { staff in
                try await withRole(owner, "superuser") { root in
                    try await owner.assign("amp360_user", to: staff, denial: true)

                    #expect(try await owner.policies(of: root) == [])
                    try await owner.run("grant \(staff) to \(root)")
                    #expect(try await owner.policies(of: root) == ["amp360_user"])
                }
            }
        }
    }

    @Test func `show what is in an environment unless one of them is denied there`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run("insert into ferry_state.environments values ('try out')")
            try await withRole(owner, "in role ferry_client") { anna in
                #expect(try await owner.visible(to: anna) == [])
                try await owner.assign("amp360_user", to: anna, in: "try out")
                #expect(try await owner.visible(to: anna) == ["try out"])
                try await owner.assign("datagrid_operator", to: anna)
                #expect(try await owner.visible(to: anna) == ["*", "try out"])
                try await owner.assign("amp360_user", to: anna, in: "production", denial: true)
                #expect(try await owner.visible(to: anna) == ["try out"])
            }
        }
    }

    @Test func `show nothing to one who is denied it and acts in another role`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await withRole(owner, "in role ferry_client") { analysts in
                try await withRole(owner, "in role \(analysts)") { bob in
                    try await owner.assign("amp360_user", to: analysts)
                    try await owner.assign("amp360_user", to: bob, in: "production", denial: true)
                    let client = try await database.connect(as: bob)
                    try await client.run("set role \(analysts)")

                    #expect(try await client.number("select count(*) from ferry.settings") == 0)
                    #expect(try await owner.visible(to: analysts) == ["*"])
                    await client.close()
                }
            }
        }
    }

    @Test func `decide which rows a client reads`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run("insert into ferry_state.environments values ('try out')")
            for (id, environment) in [(1, "production"), (2, "try out")] {
                try await owner.execute(
                    """
                    insert into ferry_state.databases
                           (id, environment, name, key, credential, created_by)
                    values ($1, $2, 'crm', 'crm', 'x', 'test')
                    """, [.int(Int64(id)), .text(environment)])
            }
            try await withRole(owner, "in role ferry_client") { anna in
                let client = try await database.connect(as: anna)
                func seen() async throws -> [String] {
                    try await client.query("select environment from ferry.databases order by 1")
                        .map { try $0[0].string() }
                }
                #expect(try await seen() == [])
                try await owner.assign("amp360_user", to: anna, in: "try out")
                #expect(try await seen() == ["try out"])
                try await owner.assign("datagrid_operator", to: anna)
                #expect(try await seen() == ["production", "try out"])
                await client.close()
            }
        }
    }
}
