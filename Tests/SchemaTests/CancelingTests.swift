import Postgres
import TestSupport
import Testing

@Suite("Canceling a command", .timeLimit(.minutes(15)))
struct CancelingTests {
    private func cancel(_ connection: Connection, _ id: Int64) async throws -> ServerError? {
        try await refusal(connection, "select ferry.cancel_command(\(id))")
    }

    @Test func `ends it, whether it waits on the queue or until a time`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let queued = try await alice.create("a")[0]
            let scheduled = try await alice.send(
                "create_data_export", #"{"name": "b"}"#, runAt: "2099-01-01")

            for id in [queued, scheduled] {
                #expect(try await cancel(alice, id) == nil)
                #expect(
                    try await alice.text(
                        "select state from ferry.command_status where id = $1", [.int(id)])
                        == "canceling")
            }
            #expect(try await worker.applyAll() == [])

            for id in [queued, scheduled] {
                let status = try await alice.query(
                    "select state, message from ferry.command_status where id = $1", [.int(id)])[0]
                #expect(try status["state"].string() == "canceled")
                #expect(try status["message"].string() == "canceled by test_client_alice")
            }

            #expect(
                try await worker.query(
                    "select actor from ferry.events where event = 'command_canceled'"
                ).map { try $0[0].string() } == ["test_client_alice", "test_client_alice"])
        }
    }

    @Test func `is refused for another's command and for one that has ended`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let bob = try await database.connect(as: .bob)
            let worker = try await database.connect(as: .worker)
            let id = try await alice.create("a")[0]

            let anothers = try await cancel(bob, id)
            let ended = try await worker.applyAll()
            let late = try await cancel(alice, id)

            #expect(ended == [id])
            for error in [anothers, late] {
                #expect(error?.sqlState == "FY009")
                #expect(error?.message == "command \(id) is not waiting to be applied")
                #expect(
                    error?.hint == "check its state in ferry.command_status; only the role that "
                        + "sent a command can cancel it")
            }
        }
    }

    @Test func `of several at once passes over those that are not one's own or have ended`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let bob = try await database.connect(as: .bob)
            let viewer = try await database.connect(as: .viewer)
            let worker = try await database.connect(as: .worker)
            let ended = try await alice.create("a")[0]
            _ = try await worker.applyAll()
            let own = try await alice.create("b")[0]
            let anothers = try await bob.create("c")[0]

            let asked = try await alice.query(
                """
                insert into ferry.cancellations (command_id)
                select unnest($1::bigint[]) returning command_id, actor
                """, [Value([ended, own, anothers, 0])])

            #expect(try asked.map { try $0[0].int64() } == [own])
            #expect(try asked.map { try $0[1].string() } == ["test_client_alice"])
            let waiting = "select count(*) from ferry.cancellations"
            #expect(try await bob.number(waiting) == 0)
            #expect(try await alice.number(waiting) == 1)
            #expect(try await viewer.number(waiting) == 1)
            #expect(try await worker.applyAll() == [anothers])
            #expect(try await viewer.number(waiting) == 0)
        }
    }

    @Test func `is asked for in no name but one's own`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let bob = try await database.connect(as: .bob)
            let id = try await alice.create("a")[0]

            let error = try await refusal(
                bob,
                "insert into ferry.cancellations values (\(id), 'test_client_alice')")

            #expect(error?.sqlState == "FY007")
            #expect(error?.message == "only command_id can be set")
        }
    }

    @Test func `blocks no others, however long its transaction stays open`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let bob = try await database.connect(as: .bob)
            let worker = try await database.connect(as: .worker)
            try await alice.run(
                """
                insert into ferry.commands (command, arguments, run_at)
                select 'create_data_export', jsonb_build_object('name', 'n' || n), 'infinity'
                  from generate_series(1, 100) as n
                """)
            let own = try await alice.create("n1")[0]

            try await alice.run(
                """
                begin;
                insert into ferry.cancellations (command_id)
                select id from ferry.commands where id <> \(own);
                """)
            let anothers = try await bob.create("N2")
            let applied = try await worker.applyAll()
            try await alice.run("commit")

            #expect(applied == [own] + anothers)
        }
    }

    @Test func `is asked for once, however often a role asks`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let owner = try await database.connect()
            let worker = try await database.connect(as: .worker)
            let id = try await alice.send(
                "create_data_export", #"{"name": "a"}"#, runAt: "2099-01-01")

            try await alice.execute(
                """
                insert into ferry.cancellations (command_id)
                select $1 from generate_series(1, 1000)
                """, [.int(id)])
            #expect(try await cancel(alice, id) == nil)
            #expect(
                try await owner.number("select count(*) from ferry_state.command_cancellations")
                    == 1)

            #expect(try await worker.applyAll() == [])
            #expect(try await alice.text("select state from ferry.command_status") == "canceled")
            #expect(try await cancel(alice, id)?.sqlState == "FY009")
        }
    }

    @Test func `does not wait behind the many of another role`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let bob = try await database.connect(as: .bob)
            let worker = try await database.connect(as: .worker)
            try await alice.run(
                """
                insert into ferry.commands (command, arguments, run_at)
                select 'create_data_export', jsonb_build_object('name', 'n' || n), 'infinity'
                  from generate_series(1, 1000) as n
                """)
            let bobs = try await bob.create("b")[0]
            try await alice.run(
                "insert into ferry.cancellations (command_id) select id from ferry.commands")
            #expect(try await cancel(bob, bobs) == nil)

            _ = try await worker.query("select ferry_state.cancel_commands(50)")

            #expect(try await bob.text("select state from ferry.command_status") == "canceled")
            #expect(
                try await alice.number(
                    "select count(*) from ferry.command_status where state = 'canceling'") >= 900)
        }
    }

    @Test func `comes too late for a command that is being applied`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let id = try await alice.create("a")[0]

            try await worker.run("begin")
            let claimed = try await worker.claim().ids
            let canceled = try await cancel(alice, id)
            try await worker.apply(claimed)
            try await worker.run("commit")
            _ = try await worker.applyAll()

            #expect(canceled == nil)
            #expect(try await alice.text("select state from ferry.command_status") == "applied")
            #expect(
                try await database.connect().number(
                    "select count(*) from ferry_state.command_cancellations") == 0)
        }
    }
}
