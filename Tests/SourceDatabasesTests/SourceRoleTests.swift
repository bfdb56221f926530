import Lifecycle
import Postgres
import SourceDatabases
import TestSupport
import Testing

@Suite("The role that a source is read as", .timeLimit(.minutes(15)))
struct SourceRoleTests {
    private func role(
        _ name: String?, after change: String = "", _ scene: SourceScene
    ) async throws -> SourceRole {
        try await scene.admin.run(change)
        let connection = try await scene.source(as: name).connect()
        let role = try await SourceDatabase.role(connection)
        await connection.close()
        return role
    }

    @Test func `is a superuser, or a reader with no right beyond that`() async throws {
        try await SourceScene.with { scene in
            try await scene.addRole("least_reader")

            let superuser = try await role(nil, scene)
            let reader = try await role("least_reader", scene)

            #expect(superuser == SourceRole(name: "ferry", excessiveRights: [.superuser]))
            #expect(superuser.warning?.contains("role \"ferry\" of the source") == true)
            #expect(reader == SourceRole(name: "least_reader", excessiveRights: []))
            #expect(reader.warning == nil)
        }
    }

    @Test(arguments: [
        SourceRole.ExcessiveRight.executeServerProgram, .readServerFiles, .writeServerFiles,
    ])
    func `is a member of`(_ right: SourceRole.ExcessiveRight) async throws {
        try await SourceScene.with { scene in
            let (name, between) = ("member_\(right.rawValue)", "between_\(right.rawValue)")
            try await scene.addRole(name)
            try await scene.addRole(between)

            let direct = try await role(name, after: "grant \(right.rawValue) to \(name)", scene)
            // What it does not inherit it can take on.
            let indirect = try await role(
                name,
                after: """
                    revoke \(right.rawValue) from \(name);
                    alter role \(name) noinherit;
                    grant \(right.rawValue) to \(between); grant \(between) to \(name);
                    """, scene)
            let neither = try await role(name, after: "revoke \(between) from \(name)", scene)

            #expect(direct.excessiveRights == [right])
            #expect(indirect.excessiveRights == [right])
            #expect(neither.excessiveRights == [])
        }
    }
}
