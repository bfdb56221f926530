import CommandProcessing
import Credentials
import Lifecycle
import Locks
import Postgres
import TestSupport
import Testing
import Values

@Suite("A command that needs to know what is outside", .timeLimit(.minutes(15)))
struct FactLookupTests {
    /// A test of destinations that ends when the gate is opened.
    private struct Gate {
        let opened = Locked(false)

        var facts: FactFinder {
            let opened = opened
            return FactFinder(
                credentials: WorkerCredentials(),
                destinationTest: { _ in
                    try? await eventually("the gate opens") { opened.withLock { $0 } }
                    return nil
                },
                destinationCheck: { _ in nil },
                deliveryCheck: { _ in .unknown(reason: "nobody asked") },
                templateCheck: { _, _ in nil },
                runPlanning: { _, _ in .success(RunPlan(tables: [])) })
        }
    }

    private let destination: JSONValue = [
        "name": "CRM", "kind": "directory", "settings": ["path": "/exports"],
    ]

    /// Otherwise it would never be looked up.
    @Test func `is claimed by no worker that is being found lost`() async throws {
        try await CommandScene.with { scene in
            let applying = try await scene.processor()
            let id = try await scene.send("create_destination", destination)
            try await applying.batch()
            #expect(try await scene.state(id) == "checking")

            try await scene.admin.run("begin; select ferry_state.rescue('{0}')")
            let claiming = Task { try await applying.lookup.claim() }
            let observer = try await scene.database.connect()
            try await eventually("the claim waits") {
                try await observer.query(
                    """
                    select count(*) from pg_stat_activity
                     where datname = current_database() and usename = 'test_worker'
                       and wait_event_type = 'Lock'
                    """)[0][0].int() == 1
            }
            try await scene.admin.run("commit")

            #expect(try await claiming.value.isEmpty)
            #expect(
                try await scene.count(
                    "select count(*) from ferry_state.command_waits where worker_id is not null")
                    == 0)
        }
    }

    @Test func `blocks only what depends on it`() async throws {
        try await CommandScene.with { scene in
            let gate = Gate()
            let applying = try await scene.processor(facts: gate.facts)
            let slow = try await scene.send("create_destination", destination)
            let behind = try await scene.send(
                "create_data_template", ["destination": "CRM", "name": "T", "settings": [:]])
            let other = try await scene.send("create_data_export", ["name": "X"])

            let batch = try await applying.processor.applyBatch()
            let check = try #require(try await applying.lookup.claim().first)
            let looking = Task { try await applying.lookup.carryOut(check) }

            #expect(batch.hasChecks)
            #expect(try await scene.state(slow) == "checking")
            #expect(try await scene.state(behind) == "waiting")
            #expect(try await scene.state(other) == "applied")
            let late = try await scene.send("create_sandbox", ["name": "box"])
            try await scene.admin.execute(
                "update ferry_state.policy_assignments set options = "
                    + "'[\"allow_sandbox_administration\"]'")
            _ = try await applying.processor.applyBatch()
            // All that comes before it has to be in the sandbox.
            #expect(try await scene.state(late) == "waiting")

            gate.opened.withLock { $0 = true }
            try await looking.value
            try await applying.drain()
            for id in [slow, behind, late] { #expect(try await scene.state(id) == "applied") }
        }
    }

    @Test func `can be canceled meanwhile, and then changes nothing`() async throws {
        try await CommandScene.with { scene in
            let gate = Gate()
            let applying = try await scene.processor(facts: gate.facts)
            let id = try await scene.send("create_destination", destination)
            _ = try await applying.processor.applyBatch()
            let check = try #require(try await applying.lookup.claim().first)
            let looking = Task { try await applying.lookup.carryOut(check) }

            try await scene.admin.run(
                "begin; set local role test_client_alice; "
                    + "select ferry.cancel_command(\(id)); commit")
            _ = try await applying.processor.applyBatch()
            gate.opened.withLock { $0 = true }
            try await looking.value

            #expect(try await scene.state(id) == "canceled")
            #expect(try await scene.texts("select name from ferry.destinations") == [])
        }
    }

    @Test func `is looked up by another worker when its own is gone`() async throws {
        try await CommandScene.with { scene in
            let applying = try await scene.processor()
            let id = try await scene.send("create_destination", destination)
            _ = try await applying.processor.applyBatch()
            let lost = try #require(try await applying.lookup.claim().first)
            #expect(try await applying.lookup.claim().isEmpty)

            try await scene.admin.run("select ferry_state.free_work(0)")
            try await applying.lookup.carryOut(lost)
            #expect(try await scene.state(id) == "checking")

            try await applying.drain()
            #expect(try await scene.state(id) == "applied")
            #expect(try await scene.status(id).attempts == 2)
        }
    }

    @Test func `is looked up once more when its worker had lost track of it`() async throws {
        try await CommandScene.with { scene in
            let applying = try await scene.processor()
            let id = try await scene.send("create_destination", destination)
            _ = try await applying.processor.applyBatch()
            let lost = try await applying.lookup.claim()

            try await applying.lookup.begin()
            try await applying.drain()
            for check in lost { try await applying.lookup.carryOut(check) }

            #expect(lost.count == 1)
            #expect(try await scene.status(id) == .applied)
        }
    }

    @Test func `fails when no worker survives the lookup`() async throws {
        try await CommandScene.with { scene in
            let applying = try await scene.processor(retry: RetryPolicy(attemptsMax: 2))
            let id = try await scene.send("create_destination", destination)
            _ = try await applying.processor.applyBatch()
            for _ in 1...2 {
                #expect(try await applying.lookup.claim().count == 1)
                try await scene.admin.run("select ferry_state.free_work(0)")
            }

            try await applying.drain()

            let status = try await scene.status(id)
            #expect(status.state == "failed")
            #expect(status.message?.hasSuffix("every worker that looked it up ended") == true)
        }
    }

    @Test func `takes turns with those of other roles`() async throws {
        try await CommandScene.with { scene in
            let applying = try await scene.processor()
            for number in 1...(FactLookup.actorMax + 2) {
                try await scene.send(
                    "create_destination",
                    [
                        "name": .string("D\(number)"), "kind": "directory",
                        "settings": ["path": "/exports"],
                    ])
            }
            _ = try await applying.processor.applyBatch()
            let last = try await scene.send("create_destination", destination)
            try await scene.admin.execute(
                "update ferry_state.command_waits set actor = 'zoe' where command_id = $1",
                [.int(last)])
            _ = try await applying.processor.applyBatch()
            try await scene.admin.execute(
                "update ferry_state.command_waits set actor = 'zoe' where command_id = $1",
                [.int(last)])

            let claimed = [
                try await applying.lookup.claim().count, try await applying.lookup.claim().count,
                try await applying.lookup.claim().count,
            ]

            #expect(claimed == [FactLookup.actorMax, 1, 0])
            #expect(
                try await scene.count(
                    "select count(*) from ferry_state.command_waits where actor = 'zoe' "
                        + "and worker_id is not null") == 1)
        }
    }
}
