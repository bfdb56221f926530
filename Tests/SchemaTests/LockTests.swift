import Migrations
import Postgres
import TestSupport
import Testing

@Suite("The locks of Ferry", .timeLimit(.minutes(15)))
struct LockTests {
    /// Instead of waiting for ever, a statement that meets a lock fails.
    private let impatience = "set lock_timeout = '5s'"

    private func months(_ owner: Connection) async throws -> Int {
        try await owner.number(
            "select count(*) from pg_inherits where inhparent = 'ferry_state.events'::regclass")
    }

    /// Drops the partitions of this month and the next three, from the one that is `first` on.
    private func dropMonths(_ owner: Connection, from first: Int) async throws {
        for month in first...3 {
            let name = try await owner.text(
                """
                select ferry_state.event_partition(
                    (now() at time zone 'UTC' + make_interval(months => $1))::date)
                """, [.int(Int64(month))])
            try await owner.run("drop table if exists ferry_state.\(name)")
        }
    }

    @Test func `are free while workers 1 and 2 live`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let workers = [
                try await DutyWorker.register(database), try await DutyWorker.register(database),
            ]
            #expect(workers.map(\.id) == [1, 2])
            let other = try await database.connect(as: .worker)
            try await other.run(impatience)
            let record =
                "select ferry_state.record_event('production', 'x', 'test', null, null, null, null)"

            try await dropMonths(owner, from: 1)
            try await other.run(record)
            #expect(try await months(owner) == 4)
            try await dropMonths(owner, from: 0)
            try await other.run(record)
            #expect(try await months(owner) == 4)

            let pruner = Pruner(try await database.connect())
            try await pruner.begin()
            try await owner.run("update ferry_state.code set fingerprint = 'older'")
            #expect(try await Migrator(owner).migrate().renewedCode)
            _ = try await DutyWorker.register(database)
        }
    }

    @Test func `cannot be taken by a outsider, nor kept from workers`() async throws {
        try await TestDatabase.withSchema { database in
            let outsider = try await database.connect(as: .outsider)
            try await outsider.run(
                """
                select pg_advisory_lock(1181053561, key) from generate_series(0, 50) as key;
                select pg_advisory_lock(hashtextextended(word, key))
                  from unnest(array['ferry group run', 'ferry run limit']) as word,
                       generate_series(0, 9) as key;
                """)
            await #expect(throws: PostgresError.self) {
                try await outsider.run("select from ferry_state.locks for update")
            }
            let owner = try await database.connect()
            try await owner.run(impatience)

            let worker = try await DutyWorker.register(database)
            try await owner.run("update ferry_state.code set fingerprint = 'older'")
            #expect(try await Migrator(owner).migrate().renewedCode)
            try await Pruner(try await database.connect()).begin()
            await worker.connection.close()

            try await eventually("the worker is seen to be gone") {
                try await owner.number("select count(*) from ferry_state.silent_workers()") == 1
            }
        }
    }

    @Test func `are never waited for when they are only tried`() async throws {
        try await TestDatabase.withSchema { database in
            let first = try await database.connect(as: .worker)
            let second = try await database.connect(as: .worker)
            try await second.run(impatience)
            let attempt = "select ferry_state.take_lock('group run', $1, p_wait => false)"
            try await first.run("begin")
            try await second.run("begin")

            #expect(try await first.query(attempt, [.int(70)])[0][0].bool())
            #expect(try await !second.query(attempt, [.int(70)])[0][0].bool())
            #expect(try await second.query(attempt, [.int(71)])[0][0].bool())

            await #expect(throws: PostgresError.self) {
                try await second.run("select ferry_state.take_lock('nothing')")
            }
        }
    }
}

@Suite("A worker's session", .timeLimit(.minutes(15)))
struct WorkerSessionTests {
    @Test func `is not another one that came later to the same process id`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let silent = "select count(*) from ferry_state.silent_workers()"
            let worker = try await DutyWorker.register(database)
            #expect(try await owner.number(silent) == 0)

            try await owner.run(
                """
                update ferry_state.worker_leases
                   set backend_start = backend_start - interval '1 s'
                """
            )
            #expect(try await owner.number(silent) == 1)
            #expect(try await worker.heartbeat())
        }
    }

    @Test func `is not one of another role`() async throws {
        try await TestDatabase.withSchema { database in
            let viewer = try await database.connect(as: .viewer)
            let worker = try await DutyWorker.register(database)
            let other = try await database.connect(as: .worker)

            try await other.execute(
                "update ferry_state.worker_leases set backend_pid = $1",
                [.int(Int64(viewer.serverProcessID))])

            #expect(
                try await other.number("select count(*) from ferry_state.silent_workers()") == 1)
            #expect(try await worker.heartbeat())
        }
    }
}
