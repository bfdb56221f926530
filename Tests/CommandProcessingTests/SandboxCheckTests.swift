import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("The check of a sandbox", .timeLimit(.minutes(15)))
struct SandboxCheckTests {
    private func check(_ scene: CommandScene) async throws {
        try await scene.admin.run("update ferry_state.sandbox_checks set due_at = now()")
        let connection = try await scene.database.connect(as: .worker)
        let validator = SandboxValidator(facts: scene.facts, interval: .seconds(30))
        while try await validator.checkNext(connection) {}
        await connection.close()
    }

    private func problems(_ scene: CommandScene) async throws -> [String] {
        try await scene.texts(
            "select severity || ': ' || message from ferry.sandbox_problems order by 1")
    }

    @Test func `finds tables that are gone, and forgets them when they are back`() async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.outcome(of: "create_sandbox", ["name": "Try"])
            try await check(scene)
            #expect(try await problems(scene) == [])

            try await scene.admin.run("drop table public.a")
            try await check(scene)
            try await check(scene)
            #expect(
                try await problems(scene) == [
                    "error: export \"Daily\": table \"public.a\" is not in database \"Shop\""
                ])
            #expect(
                try await scene.texts("select errors || ' ' || warnings from ferry.sandboxes")
                    == ["1 0"])

            try await scene.admin.run("create table public.a ()")
            try await check(scene)
            #expect(try await problems(scene) == [])
            // One for what was found, one for its end; none for the looks that found the same.
            #expect(
                try await scene.texts(
                    """
                    select details ->> 'errors' from ferry.events
                     where event = 'sandbox_checked' order by id
                    """) == ["1", "0"])
        }
    }

    @Test func `finds databases that cannot be reached`() async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.outcome(of: "create_sandbox", ["name": "Try"])
            try scene.keep("host=/nowhere dbname=x", as: "shop")

            try await check(scene)

            let found = try await problems(scene)
            #expect(found.count == 1)
            #expect(
                found.first?.hasPrefix(
                    "error: export \"Daily\": the tables of database \"Shop\" cannot be looked up")
                    == true)
        }
    }

    @Test func `warns of drafts that stay behind, and of what production changed`() async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.outcome(of: "create_sandbox", ["name": "Try"])
            try await scene.outcome(
                of: "add_tables", ["name": "Daily", "tables": ["b"]], in: "Try")
            try await scene.outcome(
                of: "register_database", ["name": "web", "credential": "w"])

            try await check(scene)

            #expect(
                try await problems(scene) == [
                    "warning: export \"Daily\": its draft is not promoted with the sandbox",
                    "warning: production has changed since the last sync (1 object): pull before "
                        + "promoting",
                ])
        }
    }

    @Test func `is made by one worker at a time, when it is due`() async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.outcome(of: "create_sandbox", ["name": "Try"])
            let one = try await scene.database.connect(as: .worker)
            let other = try await scene.database.connect(as: .worker)
            let claim = "select ferry_state.claim_sandbox_check('30 s')"

            try await one.run("begin")
            let first = try await one.query(claim)[0][0].optionalString()
            let meanwhile = try await other.query(claim)[0][0].optionalString()
            try await one.run("commit")
            let afterwards = try await other.query(claim)[0][0].optionalString()

            #expect(first == "Try")
            #expect(meanwhile == nil)
            #expect(afterwards == nil)
        }
    }
}
