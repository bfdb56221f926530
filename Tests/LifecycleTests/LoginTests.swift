import Lifecycle
import Testing
import Values

@Suite("Who logs in and acts in another role")
struct LoginTests {
    /// What ben may do when carl, with these policies, acts in his name.
    private func decision(
        _ command: (name: String, arguments: JSONValue), as own: PolicyAssignment,
        of login: PolicyAssignment
    ) -> Decision {
        var scene = Scene(rights: [own])
        scene.hasOrchestration = true
        var world = scene.world
        world.load(rights: [login], of: "carl")
        return decide(
            CommandEnvelope(
                id: 100, environment: "production", actor: "ben", login: "carl",
                name: command.name, arguments: command.arguments), &world)
    }

    private func message(_ decision: Decision) -> String? {
        if case .rejected(let rejection) = decision { return rejection.message }
        return nil
    }

    private let creation = ("create_data_export", ["name": "New"] as JSONValue)
    private let running = ("run_orchestration", ["name": "Nightly"] as JSONValue)

    @Test func `is bound by a denial of either role`() {
        let denial = Scene.assignment(.administrator, id: 91, role: "carl", isDenial: true)

        #expect(
            message(decision(creation, as: Scene.assignment(.administrator), of: denial))
                == "permission denied: create_data_export: role \"carl\" is denied "
                + "datagrid_administrator")
        // A denial is only of what its policy allows.
        let other = Scene.assignment(.user, id: 91, role: "carl", isDenial: true)
        #expect(
            message(decision(creation, as: Scene.assignment(.administrator), of: other)) == nil)
    }

    @Test func `is bound by a restriction of either role`() {
        let restricted = Scene.assignment(.user, id: 91, role: "carl", .restrictDataExports)

        let message = message(
            decision(running, as: Scene.assignment(.administrator), of: restricted))

        #expect(message == "permission denied: \"restrict_data_exports\" is set for you")
    }

    @Test func `may do no more than the role that acts`() {
        let grant = Scene.assignment(.administrator, id: 91, role: "carl")

        let message = message(decision(creation, as: Scene.assignment(.user), of: grant))

        #expect(message?.contains("create_data_export needs datagrid_administrator") == true)
        #expect(message?.contains("you have amp360_user") == true)
    }
}

@Suite("The name of a role")
struct RoleNameTests {
    private let composed = "zo\u{e9}"
    private let decomposed = "zoe\u{301}"

    @Test func `is its bytes, not what Unicode takes for the same text`() {
        #expect(composed == decomposed)
        #expect(RoleName(composed) != RoleName(decomposed))
        #expect(Set([RoleName(composed), RoleName(decomposed)]).count == 2)
        #expect(RoleName(composed) == RoleName("zo\u{e9}"))
    }

    @Test func `gives no role the policies of another, even in one batch`() throws {
        var scene = Scene().world
        scene.load(rights: [Scene.assignment(.administrator, role: composed)], of: composed)
        scene.load(rights: [], of: decomposed)
        var world = try decoded(try json(scene), as: World.self)
        func isAllowed(_ actor: String) -> Bool {
            let decision = decide(
                CommandEnvelope(
                    id: 100, environment: "production", actor: actor,
                    name: "create_data_export", arguments: ["name": "New"]), &world)
            if case .applied = decision { return true }
            return false
        }

        #expect(!isAllowed(decomposed))
        #expect(isAllowed(composed))
    }

    @Test func `is what a policy is granted to and revoked from`() {
        var world = Scene().world
        world.load(Scene.assignment(.administrator))
        world.load(Scene.assignment(.user, id: 91, role: composed))

        let decision = decide(
            command(
                "revoke_policy",
                ["role": .string(decomposed), "policy": "amp360_user", "all_environments": true]),
            &world)

        guard case .rejected(let rejection) = decision else {
            Issue.record("was \(decision)")
            return
        }
        #expect(rejection.code == .notFound)
    }
}
