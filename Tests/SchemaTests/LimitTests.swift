import Postgres
import TestSupport
import Testing

@Suite("A limit", .timeLimit(.minutes(15)))
struct LimitTests {
    /// Runs, each of an orchestration of its own and all to one destination, with twenty tasks.
    private func opened(
        _ runs: [Int64: String],
        _ body: (TestDatabase, _ owner: Connection, DutyWorker)
            async throws -> Void
    ) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            for (id, inputs) in runs.sorted(by: { $0.key < $1.key }) {
                try await owner.queueRun(id, orchestration: id)
                try await owner.execute(
                    "update ferry_state.runs set inputs = $2::jsonb where id = $1",
                    [.int(id), .text(inputs)])
                let run = try #require(try await worker.claimRun())
                _ = try await worker.open(run: id, token: run.token, tables: 20)
            }
            try await body(database, owner, worker)
        }
    }

    private static func ofRun(_ limits: String) -> String {
        #"{"data_template": {"settings": {"limits": \#(limits)}}}"#
    }

    private static func ofDestination(_ limits: String) -> String {
        #"{"destination": {"settings": {"limits": \#(limits)}}}"#
    }

    /// How many tasks each run has running after eight workers claimed all that they could.
    private func claimAll(_ database: TestDatabase, _ owner: Connection) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let worker = try await DutyWorker.register(database)
                    while try await worker.claimTask() != nil {}
                }
            }
            try await group.waitForAll()
        }
        return try await owner.query(
            """
            select count(*) filter (where state = 'running') from ferry_state.run_tasks
             group by run_id order by run_id
            """
        ).map { Int(try $0[0].int64()) }
    }

    @Test func `of a run's tasks holds however many workers claim at once`() async throws {
        try await opened([7: Self.ofRun(#"{"tasks": 3}"#)]) { database, owner, worker in
            let first = try #require(try await worker.claimTask())

            #expect(try await claimAll(database, owner) == [3])

            #expect(try await worker.finish(run: 7, task: first))
            #expect(try await claimAll(database, owner) == [3])
        }
    }

    @Test func `of a run leaves others their turn`() async throws {
        let runs = [7: Self.ofRun(#"{"tasks": 1}"#), 8: "{}"] as [Int64: String]
        try await opened(runs) { database, owner, _ in
            let claimed = try await claimAll(database, owner)

            #expect(claimed == [1, 20])
        }
    }

    @Test func `of a destination's tasks counts those of all runs to it`() async throws {
        let limits = Self.ofDestination(#"{"tasks": 5}"#)
        try await opened([7: limits, 8: limits, 9: limits]) { database, owner, _ in
            let claimed = try await claimAll(database, owner)

            #expect(claimed.reduce(0, +) == 5)
        }
    }

    @Test func `is not waited for while another worker counts under it`() async throws {
        let limits = """
            {"data_template": {"settings": {"limits": {"tasks": 2}}},
             "destination": {"settings": {"limits": {"tasks": 2}}}}
            """
        try await opened([7: limits, 8: limits]) { database, _, worker in
            let other = try await DutyWorker.register(database)
            try await other.connection.run("begin")
            #expect(try await claimedRun(other) == 7)

            // Would be canceled if it waited for the other's transaction.
            try await worker.connection.run("set statement_timeout = '5 s'")
            #expect(try await claimedRun(worker) == nil)
            try await other.connection.run("commit")

            #expect(try await claimedRun(worker) == 7)
            #expect(try await claimedRun(worker) == nil)
        }
    }

    @Test func `does not claim the runs of others during a concurrent count`() async throws {
        let runs = [7: Self.ofRun(#"{"tasks": 2}"#), 8: "{}"] as [Int64: String]
        try await opened(runs) { database, _, worker in
            let other = try await DutyWorker.register(database)
            try await other.connection.run("begin")
            #expect(try await claimedRun(other) == 7)

            try await worker.connection.run("set statement_timeout = '5 s'")
            #expect(try await claimedRun(worker) == 8)
            try await other.connection.run("commit")
        }
    }

    @Test func `that has room left wakes those who met it being counted`() async throws {
        try await opened([7: Self.ofRun(#"{"tasks": 2}"#)]) { database, _, worker in
            let connection = try await database.connect()
            let signals = try await connection.listen(["ferry_runs"])
            let heard = Task { () -> Int in
                var count = 0
                for try await signal in signals {
                    if signal.payload == "end" { return count }
                    count += 1
                }
                return count
            }

            for _ in 1...2 { _ = try await worker.claimTask() }
            try await worker.connection.run("select pg_notify('ferry_runs', 'end')")

            // The second claim leaves no room.
            #expect(try await heard.value == 1)
            await connection.close()
        }
    }

    @Test func `is kept without a deadlock, in whatever order claims meet the runs`() async throws {
        let limits = """
            {"data_template": {"settings": {"limits": {"tasks": 1}}},
             "destination": {"settings": {"limits": {"tasks": 2}}}}
            """
        let runs = Dictionary(uniqueKeysWithValues: (Int64(1)...6).map { ($0, limits) })
        try await opened(runs) { database, owner, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await Self.carryOutAll(database) }
                }
                try await group.waitForAll()
            }

            #expect(
                try await owner.text("select count(*)::text from ferry_state.run_tasks")
                    == owner.text(
                        """
                        select count(*)::text from ferry_state.run_tasks where state = 'done'
                        """))
        }
    }

    /// Claims and finishes tasks until all of all runs are done.
    private static func carryOutAll(_ database: TestDatabase) async throws {
        let worker = try await DutyWorker.register(database)
        let left = "select count(*) from ferry_state.run_tasks where state <> 'done'"
        while try await worker.connection.query(left)[0][0].int64() > 0 {
            let claimed = try await worker.connection.query(
                """
                select (c ->> 'run_id')::bigint, (c ->> 'number')::bigint, (c ->> 'token')::bigint
                  from ferry_state.claim_task($1) as c
                """, [.int(worker.id)])[0]
            guard let run = try claimed[0].optionalInt64() else { continue }
            let task = (number: try claimed[1].int64(), token: try claimed[2].int64())
            #expect(try await worker.finish(run: run, task: task))
        }
    }

    private func claimedRun(_ worker: DutyWorker) async throws -> Int64? {
        try await worker.connection.query(
            "select (ferry_state.claim_task($1) ->> 'run_id')::bigint", [.int(worker.id)]
        )[0][0].optionalInt64()
    }

    @Test func `of bytes is shared by the tasks that run now`() async throws {
        let limits = Self.ofRun(#"{"bytes_per_second": 9000}"#)
        try await opened([7: limits]) { _, owner, worker in
            let first = try await claimedRate(worker)
            let second = try await claimedRate(worker)
            let third = try await claimedRate(worker)
            let shared = try await reportedRates(owner, worker)
            let other = try await owner.query(
                "select number, token from ferry_state.run_tasks where state = 'running'")[0]
            #expect(
                try await worker.finish(
                    run: 7, task: (try other[0].int64(), try other[1].int64())))

            #expect([first, second, third] == [9000, 4500, 3000])
            #expect(shared == [3000, 3000, 3000])
            #expect(try await reportedRates(owner, worker) == [4500, 4500])
        }
    }

    @Test func `of a destination's bytes is shared with the other runs to it`() async throws {
        let limits = """
            {"destination": {"settings": {"limits": {"bytes_per_second": 8000}}},
             "data_template": {"settings": {"limits": {"bytes_per_second": 3000}}}}
            """
        try await opened([7: limits, 8: limits]) { _, _, worker in
            #expect(try await claimedRate(worker) == 3000)
            #expect(try await claimedRate(worker) == 1500)
            for _ in 3...20 { _ = try await worker.claimTask() }

            // The first of the second run.
            #expect(try await claimedRate(worker) == 8000 / 21)
        }
    }

    @Test func `that is not set does not apply`() async throws {
        try await opened([7: "{}"]) { _, _, worker in
            let rate = try await claimedRate(worker)

            #expect(rate == nil)
        }
    }

    private func claimedRate(_ worker: DutyWorker) async throws -> Int64? {
        try await worker.connection.query(
            "select (ferry_state.claim_task($1) ->> 'bytes_per_second')::bigint",
            [.int(worker.id)])[0][0].optionalInt64()
    }

    private func reportedRates(_ owner: Connection, _ worker: DutyWorker) async throws -> [Int64] {
        let tasks = try await owner.text(
            """
            select json_agg(json_build_object('run', run_id, 'number', number, 'token', token,
                                              'reads', '[]'::json))
              from ferry_state.run_tasks where state = 'running'
            """)
        return try await worker.connection.query(
            "select bytes_per_second from ferry_state.report_progress($1, $2)",
            [.int(worker.id), .text(tasks)]
        ).map { try $0[0].int64() }
    }
}
