import Postgres
import TestSupport
import Testing

@Suite("Waiting for a command", .timeLimit(.minutes(15)))
struct WaitingTests {
    private func wait(_ connection: Connection, _ id: Int64, _ timeout: String = "30 s")
        async throws -> ServerError?
    {
        try await refusal(connection, "call ferry.wait_for(\(id), timeout => '\(timeout)')")
    }

    @Test func `returns once it is applied`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let owner = try await database.connect()
            let id = try await alice.create("a")[0]

            async let outcome = wait(alice, id)
            try await eventually("alice waits") {
                try await owner.query(
                    "select from pg_stat_activity where pid = $1 and query like 'call%'",
                    [.int(Int64(alice.serverProcessID))]
                ).count == 1
            }
            try await worker.apply([id])

            #expect(try await outcome == nil)
        }
    }

    @Test func `raises the message and hint of a rejection`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let id = try await alice.create("a")[0]
            try await worker.save(
                outcomes: """
                    [{"id": \(id), "state": "rejected", "code": "name_taken",
                      "message": "data export \\"a\\" exists", "hint": "choose another name",
                      "attempts": 1}]
                    """)

            let error = try await wait(alice, id)

            #expect(error?.sqlState == "FY011")
            #expect(error?.message == "data export \"a\" exists")
            #expect(error?.detail == "command \(id): rejected (name_taken)")
            #expect(error?.hint == "choose another name")
        }
    }

    @Test func `gives up after the timeout`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let id = try await alice.create("a")[0]

            let error = try await wait(alice, id, "50 ms")

            #expect(error?.sqlState == "FY010")
            #expect(error?.message == "command \(id) is still queued after 00:00:00.05")
            #expect(
                error?.hint
                    == "the command is still applied; "
                    + "check that a worker is running (ferry workers)")
        }
    }

    @Test func `is refused for a time that no clock has`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let id = try await alice.create("a")[0]

            let error = try await wait(alice, id, "1000000 years")

            #expect(error?.sqlState == "FY004")
            #expect(error?.message == "timeout must be at most a year, was 1000000 years")
            #expect(error?.hint == "for example timeout => '30 s'")
        }
    }

    @Test func `gives a hint if the database's default is not READ COMMITTED`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let id = try await alice.create("a")[0]
            try await worker.apply([id])
            try await alice.run("set default_transaction_isolation = 'repeatable read'")

            let refused = try await wait(alice, id)
            try await alice.run("set default_transaction_isolation = 'read committed'")
            let outcome = try await wait(alice, id)

            #expect(refused?.sqlState == "FY012")
            #expect(
                refused?.hint
                    == "run set default_transaction_isolation = 'read committed', then call it "
                    + "outside a transaction block")
            #expect(outcome == nil)
        }
    }

    @Test func `is refused where it could never end`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let earlier = try await alice.create("a")[0]

            try await alice.run("begin")
            let own = try await alice.create("b")[0]
            let itself = try await wait(alice, own)
            try await alice.run("rollback; begin isolation level repeatable read")
            let repeatable = try await wait(alice, earlier)
            try await alice.run("rollback")

            #expect(itself?.sqlState == "FY012")
            #expect(
                itself?.message == "command \(own) was sent by the current transaction, so no "
                    + "worker can see it")
            #expect(itself?.hint == "commit the transaction, then wait")
            #expect(repeatable?.sqlState == "FY012")
            #expect(
                repeatable?.message
                    == "wait_for cannot see a command end in a repeatable read transaction")
            #expect(repeatable?.hint == "call it outside a transaction block")
        }
    }

    @Test func `continues for what another session sent after this transaction began`() async throws
    {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let other = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)

            try await alice.run("begin; select 1")
            let id = try await other.create("a")[0]
            let early = try await wait(alice, id, "50 ms")
            try await alice.run("rollback; begin; select 1")
            let another = try await other.create("b")[0]
            try await worker.apply([id, another])
            let outcome = try await wait(alice, another)
            try await alice.run("commit")

            #expect(early?.sqlState == "FY010")
            #expect(outcome == nil)
        }
    }

    @Test func `says what to do next even where the command's end does not`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let id = try await alice.create("a")[0]
            try await alice.run("select ferry.cancel_command(\(id))")
            _ = try await database.connect(as: .worker).applyAll()

            let error = try await wait(alice, id)

            #expect(error?.sqlState == "FY011")
            #expect(error?.hint == "resend the command if it is still needed")
        }
    }

    @Test func `is refused for another client's command`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let bob = try await database.connect(as: .bob)
            let id = try await bob.create("b")[0]

            let error = try await wait(alice, id)

            #expect(error?.sqlState == "FY009")
            #expect(error?.message == "command \(id) does not exist or was not sent by you")
            #expect(error?.hint == "list your commands: select id, command from ferry.commands")
        }
    }
}
