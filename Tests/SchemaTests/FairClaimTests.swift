import Postgres
import TestSupport
import Testing

@Suite("A claim while more waits than a batch takes", .timeLimit(.minutes(15)))
struct FairClaimTests {
    private struct Scene {
        let database: TestDatabase
        let alice: Connection
        let bob: Connection
        let worker: Connection
        let owner: Connection
    }

    private func with(_ body: (Scene) async throws -> Void) async throws {
        try await TestDatabase.withSchema { database in
            try await body(
                Scene(
                    database: database, alice: try await database.connect(as: .alice),
                    bob: try await database.connect(as: .bob),
                    worker: try await database.connect(as: .worker),
                    owner: try await database.connect()))
        }
    }

    /// How many commands of whom a claim of 100 took.
    private func shares(
        _ scene: Scene, mark: Mark = Mark()
    ) async throws -> (alice: Int, bob: Int) {
        try await scene.worker.run("begin")
        let ids = try await scene.worker.claim(100, mark: mark).ids
        try await scene.worker.run("rollback")
        let row = try await scene.owner.query(
            """
            select count(*) filter (where actor = 'test_client_alice'),
                   count(*) filter (where actor = 'test_client_bob')
              from ferry_state.commands where id = any ($1)
            """, [Value(ids)])[0]
        return (try row[0].int(), try row[1].int())
    }

    @Test func `takes what one sent beside the many of another, on as many objects`() async throws {
        try await with { scene in
            try await scene.alice.fillLanes(commands: 2000)
            try await scene.bob.create("bob's")

            let shares = try await shares(scene)

            #expect(shares == (99, 1))
        }
    }

    @Test func `takes what one sent beside the many of another on one object`() async throws {
        try await with { scene in
            try await scene.alice.fillLane(commands: 2000)
            try await scene.bob.create("bob's")

            let shares = try await shares(scene)

            #expect(shares == (99, 1))
        }
    }

    @Test func `is shared equally by those who have many`() async throws {
        try await with { scene in
            try await scene.alice.fillLane(commands: 2000)
            try await scene.bob.fillLanes(commands: 300)

            let shares = try await shares(scene)

            #expect(shares == (50, 50))
        }
    }

    @Test func `keeps what is urgent before what is not, also that of another`() async throws {
        try await with { scene in
            try await scene.alice.fillLanes(commands: 500)
            try await scene.bob.create("bob's", priority: 3)

            let shares = try await shares(scene)

            #expect(shares == (100, 0))
        }
    }

    @Test func `applies everything once, in the order of each object`() async throws {
        try await with { scene in
            try await scene.alice.fillLane(commands: 300)
            try await scene.bob.fillLanes(commands: 300)

            let applied = try await scene.worker.applyAll()

            #expect(applied.count == 600)
            #expect(Set(applied).count == 600)
            let ofOne = applied.prefix(200).filter { $0 <= applied.sorted()[299] }
            #expect(ofOne == ofOne.sorted())
        }
    }

    @Test func `removes everything of a role that no longer exists`() async throws {
        try await with { scene in
            try await scene.alice.fillLanes(commands: 300)
            try await scene.owner.run(
                "update ferry_state.command_queue set actor = 'gone' where command_id % 2 = 0")

            #expect(try await scene.worker.applyAll().count == 300)
        }
    }

    @Test func `is not kept by the many of another that are due from one that is due`()
        async throws
    {
        try await with { scene in
            try await scene.alice.run(
                """
                insert into ferry.commands (command, arguments, run_at)
                select 'create_data_export', jsonb_build_object('name', 'x' || n), '2099-01-01'
                  from generate_series(1, 2000) as n
                """)
            try await scene.bob.send(
                "create_data_export", #"{"name": "bob's"}"#, runAt: "2099-01-02")
            try await scene.owner.run(
                """
                update ferry_state.command_waits set due_at = due_at - interval '1000 years'
                """)

            let shares = try await shares(scene)

            #expect(shares == (99, 1))
        }
    }

    @Test func `reads few pages past what was applied of others, which a snapshot holds`()
        async throws
    {
        try await with { scene in
            try await scene.owner.run(
                "alter table ferry_state.command_queue set (autovacuum_enabled = false)")
            try await scene.alice.fillLanes(commands: 3000)
            try await scene.bob.fillLanes(commands: 3000)
            let reader = try await scene.database.connect()
            try await reader.run("begin isolation level repeatable read; select 1")
            var pages: [Int] = []
            var mark = Mark()
            for _ in 1...50 {
                try await scene.worker.run("begin")
                let before = try await scene.worker.pagesOfQueue()
                let claim = try await scene.worker.claim(mark: mark)
                pages.append(try await scene.worker.pagesOfQueue() - before)
                try await scene.worker.apply(claim.ids)
                try await scene.worker.run("commit")
                mark = claim.mark
            }

            // The mark of all stays where another test's older transaction holds it.
            if mark.id > 0 {
                #expect(pages[49] < pages[1] * 2, "\(pages)")
            }
        }
    }
}

extension Connection {
    /// Sends commands in one statement, each in a lane of its own.
    fileprivate func fillLanes(commands: Int) async throws {
        try await execute(
            """
            insert into ferry.commands (command, arguments)
            select 'create_data_export', jsonb_build_object('name', current_user || n)
              from generate_series(1, $1::int) as n
            """, [.int(Int64(commands))])
    }
}
