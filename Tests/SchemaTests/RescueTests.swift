import Postgres
import TestSupport
import Testing

@Suite("A rescue", .timeLimit(.minutes(15)))
struct RescueTests {
    private func silent(_ owner: Connection) async throws -> [Int64] {
        try await owner.query("select worker_id from ferry_state.silent_workers() order by 1")
            .map { try $0[0].int64() }
    }

    private func rescue(_ owner: Connection, _ workers: [Int64]) async throws -> Int {
        try await owner.number("select ferry_state.rescue($1::bigint[])", [Value(workers)])
    }

    @Test func `finds the workers whose process or lease has gone and no others`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let alive = try await DutyWorker.register(database)
            let expired = try await DutyWorker.register(database)
            let dead = try await DutyWorker.register(database)

            let before = try await silent(owner)
            try await owner.execute(
                """
                update ferry_state.worker_leases set leased_until = now() - interval '1 s'
                 where worker_id = $1
                """, [.int(expired.id)])
            await dead.connection.close()
            try await eventually("the dead worker's lock has gone") {
                try await silent(owner) == [expired.id, dead.id]
            }

            #expect(before == [])
            #expect(try await alive.heartbeat())
        }
    }

    @Test func `frees the runs and tasks of the lost and leaves those of the living`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let lost = try await DutyWorker.register(database)
            let alive = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            try await owner.queueRun(8, orchestration: 2)
            let run = try #require(try await lost.claimRun())
            _ = try await lost.open(run: 7, token: run.token)
            let lostTask = try #require(try await lost.claimTask())
            let keptTask = try #require(try await alive.claimTask())
            let kept = try #require(try await alive.claimRun())

            let freed = try await rescue(owner, [lost.id])

            #expect(freed == 2)
            #expect(try await !lost.heartbeat())
            #expect(try await !lost.finish(run: 7, task: lostTask))
            #expect(try await lost.claimRun() == nil)
            #expect(try await lost.claimTask() == nil)
            #expect(try await alive.heartbeat())
            #expect(try await alive.finish(run: 7, task: keptTask))
            #expect(
                try await owner.number(
                    "select worker_id from ferry_state.runs where id = 8") == Int(alive.id))
            let taken = try #require(try await alive.claimRun())
            #expect(taken.id == 7)
            #expect(taken.token > kept.token)
            #expect(try await rescue(owner, [lost.id]) == 0)
        }
    }

    @Test(arguments: ["claim_run", "claim_task"])
    func `misses no claim that commits while it runs`(claim: String) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let rescuer = try await database.connect(as: .worker)
            let keeper = try await DutyWorker.register(database)
            let lost = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            if claim == "claim_task" {
                let run = try #require(try await keeper.claimRun())
                _ = try await keeper.open(run: 7, token: run.token)
            }

            try await lost.connection.run("begin")
            _ = try await lost.connection.query("select ferry_state.\(claim)($1)", [.int(lost.id)])
            async let freed = rescue(rescuer, [lost.id])
            try await eventually("the rescuer waits") { try await owner.sees(waiting: rescuer) }
            try await lost.connection.run("commit")

            #expect(try await freed == 1)
            #expect(
                try await owner.number(
                    """
                    select (select count(*) from ferry_state.runs where worker_id = $1)
                         + (select count(*) from ferry_state.run_tasks where worker_id = $1)
                    """, [.int(lost.id)]) == 0)
        }
    }

    @Test func `finds nothing of a worker that has left`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            let other = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            _ = try await worker.claimRun()

            try await worker.connection.execute("select ferry_state.leave($1)", [.int(worker.id)])

            #expect(try await silent(owner) == [])
            #expect(try await other.claimRun()?.id == 7)
            #expect(
                try await owner.query(
                    "select event from ferry.events where object_id = $1 order by id",
                    [.int(worker.id)]
                ).map { try $0[0].string() } == ["worker_started", "worker_stopped"])
        }
    }
}
