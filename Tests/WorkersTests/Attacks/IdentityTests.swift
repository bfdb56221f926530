import Postgres
import TestSupport
import Testing

extension Attacks {
    @Suite("A role in the place of another", .timeLimit(.minutes(15)))
    struct IdentityTests {
        @Test func `does not get around what its login is denied`() async throws {
            try await Scene.with { scene in
                let team = try await scene.role("team", policy: "datagrid_administrator")
                let person = try await scene.role("person")
                try await scene.queue.run("grant \"\(team)\" to \"\(person)\"")
                try await scene.assign("datagrid_administrator", to: person, denial: true)
                let attacker = try await scene.connect(as: person)
                _ = try await scene.startLimited()

                var denied = [try await attacker.send("create_data_export", #"{"name": "own"}"#)]
                try await attacker.run("set role \"\(team)\"")
                denied.append(try await attacker.send("create_data_export", #"{"name": "a"}"#))
                // To have the denial taken back would do as well.
                denied.append(
                    try await attacker.send(
                        "revoke_policy",
                        #"{"role": "\#(person)", "policy": "datagrid_administrator"}"#))
                for id in denied {
                    let outcome = try await scene.outcome(of: id)
                    #expect(outcome.code == "permission_denied", "\(outcome)")
                }
                // Nobody becomes a login that they are not.
                #expect(
                    try await attacker.refusal(of: "set session authorization \"\(team)\"")
                        == "42501")

                let colleague = try await scene.connect(as: team)
                let allowed = try await colleague.send("create_data_export", #"{"name": "b"}"#)
                #expect(try await scene.outcome(of: allowed).state == "applied")
                #expect(
                    try await scene.queue.texts(
                        "select login from ferry.commands where id = any ($1)", [Value(denied)])
                        == [person, person, person])
                await colleague.close()
                await attacker.close()
            }
        }

        /// One is the other for Unicode, and for Swift's `==`.
        @Test func `is not mistaken for one whose name looks the same`() async throws {
            try await Scene.with { scene in
                let composed = try await scene.role("zo\u{E9}", policy: "datagrid_administrator")
                let decomposed = "zoe\u{301}" + composed.dropFirst(3)
                #expect(composed == decomposed)
                try await scene.queue.run(
                    "create role \"\(decomposed)\" login in role ferry_client")
                let attacker = try await scene.connect(as: decomposed)
                let victim = try await scene.connect(as: composed)
                // All in one batch.
                var denied: [Int64] = []
                var allowed: [Int64] = []
                for number in 1...3 {
                    denied.append(
                        try await attacker.send(
                            "create_data_export", "{\"name\": \"theirs \(number)\"}"))
                    allowed.append(
                        try await victim.send(
                            "create_data_export", "{\"name\": \"own \(number)\"}"))
                    denied.append(
                        try await attacker.send(
                            "grant_policy",
                            #"{"role": "\#(decomposed)", "policy": "datagrid_administrator"}"#))
                }

                _ = try await scene.startLimited()
                for id in denied {
                    let outcome = try await scene.outcome(of: id)
                    #expect(outcome.code == "permission_denied", "\(outcome)")
                }
                for id in allowed {
                    #expect(try await scene.outcome(of: id).state == "applied")
                }
                #expect(
                    try await scene.queue.texts(
                        "select name from ferry.data_exports order by name")
                        == ["own 1", "own 2", "own 3"])
                await victim.close()
                await attacker.close()
            }
        }
    }
}
