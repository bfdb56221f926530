import Locks
import Postgres
import TestSupport
import Testing

/// What the tasks of a test did.
private final class Tally: Sendable {
    struct Count {
        var now = 0
        var most = 0
        var processes = Set<Int32>()
    }

    private let count = Locked(Count())

    func read() -> Count { count.withLock { $0 } }

    func enter(_ process: Int32) {
        count.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
            $0.processes.insert(process)
        }
    }

    func leave() { count.withLock { $0.now -= 1 } }
}

@Suite("A pool", .timeLimit(.minutes(15)))
struct PoolTests {
    struct Stop: Error {}

    private func terminate(_ process: Int32, by connection: Connection) async throws {
        try await connection.execute("SELECT pg_terminate_backend($1, 5000)", [Value(Int(process))])
    }

    @Test func `never opens more connections than its size`() async throws {
        try await TestDatabase.withEmpty { database in
            let pool = ConnectionPool(ConnectionOptions(database.url), size: 3)
            let tally = Tally()

            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...60 {
                    group.addTask {
                        try await pool.withConnection { connection in
                            tally.enter(connection.serverProcessID)
                            // Or two might do all of it before the third has connected.
                            try await eventually("three are lent at once") {
                                tally.read().most >= 3
                            }
                            _ = try await connection.query("SELECT pg_sleep(0.002)")
                            tally.leave()
                        }
                    }
                }
                try await group.waitForAll()
            }

            #expect(tally.read().most == 3)
            #expect(tally.read().processes.count == 3)
            await pool.close()
        }
    }

    @Test func `replaces a connection that was lost, lent or idle`() async throws {
        try await TestDatabase.withEmpty { database in
            let pool = ConnectionPool(ConnectionOptions(database.url), size: 1)
            let other = try await database.connect()
            await #expect(throws: PostgresError.self) {
                try await pool.withConnection { connection in
                    try await terminate(connection.serverProcessID, by: other)
                    _ = try await connection.query("SELECT 1")
                }
            }

            let idle = try await pool.withConnection { $0.serverProcessID }
            try await terminate(idle, by: other)

            let next = try await pool.withConnection { connection in
                _ = try await connection.query("SELECT 1")
                return connection.serverProcessID
            }
            #expect(next != idle)
        }
    }

    @Test func `does not lend a connection that was left in a transaction`() async throws {
        try await TestDatabase.withEmpty { database in
            let pool = ConnectionPool(ConnectionOptions(database.url), size: 1)

            let left = try await pool.withConnection { connection in
                try await connection.run("BEGIN")
                return connection.serverProcessID
            }

            #expect(try await pool.withConnection { $0.serverProcessID } != left)
            #expect(try await pool.withConnection { await !$0.isInTransactionBlock })
        }
    }

    @Test func `lends again after a body threw`() async throws {
        try await TestDatabase.withEmpty { database in
            let pool = ConnectionPool(ConnectionOptions(database.url), size: 1)

            for _ in 1...3 {
                await #expect(throws: Stop.self) {
                    try await pool.withConnection { _ in throw Stop() }
                }
            }

            let count = try await pool.withConnection { try await $0.query("SELECT 1").count }
            #expect(count == 1)
        }
    }

    @Test func `lets a waiting task leave the queue`() async throws {
        try await TestDatabase.withEmpty { database in
            let pool = ConnectionPool(ConnectionOptions(database.url), size: 1)

            try await pool.withConnection { _ in
                let waiting = Task { try await pool.withConnection { _ in } }
                try await Task.sleep(for: .milliseconds(20))
                waiting.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
            }

            #expect(try await pool.withConnection { await $0.isUsable })
        }
    }

    @Test func `reports to each waiting task that it cannot connect`() async throws {
        let pool = ConnectionPool(ConnectionOptions("host=127.0.0.1 port=1"), size: 2)

        let refused = await withTaskGroup(of: Bool.self) { group in
            for _ in 1...10 {
                group.addTask {
                    do {
                        try await pool.withConnection { _ in }
                        return false
                    } catch PostgresError.cannotConnect { return true } catch { return false }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }

        #expect(refused == 10)
    }

    @Test func `refuses who comes after it was closed`() async throws {
        try await TestDatabase.withEmpty { database in
            let pool = ConnectionPool(ConnectionOptions(database.url), size: 1)
            try await pool.withConnection { _ in await pool.close() }

            await #expect(throws: PostgresError.self) { try await pool.withConnection { _ in } }
        }
    }
}

@Suite("A hundred connections", .timeLimit(.minutes(15)))
struct ManyConnectionsTests {
    @Test func `wait for the server without keeping other tasks waiting`() async throws {
        try await TestDatabase.withEmpty { database in
            let pool = ConnectionPool(ConnectionOptions(database.url), size: 100)
            let holder = try await database.connect()
            _ = try await holder.query("SELECT pg_advisory_lock(1)")
            func countWaiting() async throws -> Int {
                let sql =
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                return try await holder.query(sql)[0][0].int()
            }

            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...100 {
                    group.addTask {
                        try await pool.withConnection { connection in
                            // Ends with an error what would otherwise never end.
                            try await connection.run("SET lock_timeout = '60s'")
                            _ = try await connection.query("SELECT pg_advisory_lock_shared(1)")
                        }
                    }
                }
                try await eventually(within: .seconds(60), "all wait") {
                    try await countWaiting() == 100
                }

                for _ in 1...10_000 { await Task.yield() }

                #expect(try await countWaiting() == 100)
                _ = try await holder.query("SELECT pg_advisory_unlock(1)")
                try await group.waitForAll()
            }
        }
    }
}
