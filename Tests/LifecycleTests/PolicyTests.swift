import Lifecycle
import Testing
import Values

@Suite("Granting and revoking policies")
struct PolicyTests {
    private func world(_ others: PolicyAssignment...) -> World {
        var world = Scene().world
        world.load(Scene.assignment(.administrator))
        for assignment in others { world.load(assignment) }
        world.learn(.role(RoleName("staff")), .passed)
        world.learn(.role(RoleName("ben")), .passed)
        return world
    }

    private func events(_ decision: Decision) -> [EventKind] {
        if case .applied(let events) = decision { return events.map(\.kind) }
        Issue.record("was \(decision)")
        return []
    }

    @Test func `gives a policy to a role in the command's environment`() throws {
        var world = world()

        let decision = decide(
            command(
                "grant_policy",
                ["role": "staff", "policy": "amp360_user", "restrict_data_exports": true]),
            &world)

        #expect(events(decision) == [.policyGranted])
        #expect(
            world.changes().saved.policyAssignments == [
                PolicyAssignment(
                    id: 100, role: "staff", policy: .user, environment: "production",
                    options: [.restrictDataExports], createdBy: "ben")
            ])
    }

    @Test func `changes the options of a policy that is there, and nothing when it is the same`() {
        let old = Scene.assignment(.operator, id: 91, role: "staff")
        var world = world(old)
        let grant = command(
            "grant_policy",
            [
                "role": "staff", "policy": "datagrid_operator", "all_environments": true,
                "allow_sandbox_administration": true,
            ])

        #expect(events(decide(grant, &world)) == [.policyGranted])
        #expect(events(decide(grant, &world)) == [])

        let saved = world.changes().saved.policyAssignments
        #expect(saved.map(\.id) == [91])
        #expect(saved.first?.options == [.allowSandboxAdministration])
        #expect(saved.first?.createdBy == "anna")
    }

    @Test func `takes a policy back`() {
        var world = world(Scene.assignment(.operator, id: 91, role: "staff", in: "production"))

        let decision = decide(
            command("revoke_policy", ["role": "staff", "policy": "datagrid_operator"]), &world)

        #expect(events(decision) == [.policyRevoked])
        #expect(world.changes().deleted.policyAssignments == [91])
    }

    @Test func `leaves one administrator of all environments, also within a batch`() {
        var world = world(Scene.assignment(.administrator, id: 91, role: "staff"))
        func revoke(_ role: JSONValue, id: Int64) -> CommandEnvelope {
            command(
                "revoke_policy",
                ["role": role, "policy": "datagrid_administrator", "all_environments": true],
                id: id)
        }

        #expect(events(decide(revoke("staff", id: 101), &world)) == [.policyRevoked])
        let last = decide(revoke("ben", id: 102), &world)
        let denied = decide(
            command(
                "grant_policy",
                [
                    "role": "ben", "policy": "datagrid_administrator", "all_environments": true,
                    "denial": true,
                ], id: 103), &world)

        for decision in [last, denied] {
            guard case .rejected(let rejection) = decision else {
                Issue.record("was \(decision)")
                continue
            }
            #expect(rejection.code == .lastAdministrator)
        }
    }

    @Test func `asks whether the role exists`() {
        var world = world()

        let decision = decide(
            command("grant_policy", ["role": "nobody", "policy": "amp360_user"]), &world)

        #expect(decision == .needs(.role(RoleName("nobody"))))
    }
}
