import Postgres
import TestSupport
import Testing

@Suite("A claim of commands", .timeLimit(.minutes(15)))
struct ClaimTests {
    @Test func `takes the most urgent first`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let late = try await alice.create("a", "b", priority: 3)
            let normal = try await alice.create("c", "d")
            let urgent = try await database.connect().create("e", priority: 0)

            var order: [Int64] = []
            for _ in 0..<5 {
                try await worker.run("begin")
                let ids = try await worker.claim(1).ids
                try await worker.apply(ids)
                try await worker.run("commit")
                order += ids
            }

            #expect(order == urgent + normal + late)
        }
    }

    @Test func `takes an urgent command past a long lane that waits before it`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            try await alice.fillLane(commands: 500)
            let urgent = try await database.connect().create("urgent", priority: 0)

            try await worker.run("begin")
            let ids = try await worker.claim(100).ids
            try await worker.run("rollback")

            #expect(ids.count == 100)
            #expect(ids.contains(urgent[0]))
        }
    }

    @Test func `leaves a command until its time, then takes it`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let owner = try await database.connect()
            let id = try await alice.send(
                "create_data_export", #"{"name": "a"}"#, runAt: "2099-01-01")
            let past = try await alice.send(
                "create_data_export", #"{"name": "b"}"#, runAt: "2001-01-01")

            let early = try await worker.applyAll()
            let waiting = try await alice.text(
                "select state from ferry.command_status where id = $1", [.int(id)])
            try await owner.execute(
                "update ferry_state.command_waits set due_at = now() where due_at is not null"
            )
            let due = try await worker.applyAll()

            #expect(early == [past])
            #expect(waiting == "scheduled")
            #expect(due == [id])
        }
    }

    @Test func `does not wait for what another worker holds`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let first = try await database.connect(as: .worker)
            let second = try await database.connect(as: .worker)
            let ids = try await alice.create("a", "b", "c")

            try await first.run("begin")
            try await second.run("begin")
            let one = try await first.claim().ids
            let two = try await second.claim().ids
            try await first.run("rollback")
            let afterwards = try await second.claim().ids

            #expect(one == ids)
            #expect(two == [])
            #expect(afterwards == ids)
        }
    }

    @Test func `finds with its mark what an older transaction commits later`() async throws {
        try await TestDatabase.withSchema { database in
            let slow = try await database.connect(as: .alice)
            let quick = try await database.connect(as: .bob)
            let worker = try await database.connect(as: .worker)

            try await slow.run("begin")
            let late = try await slow.create("slow")
            var applied: [Int64] = []
            var mark = Mark()
            for round in 1...3 {
                try await quick.create("quick \(round)")
                try await worker.run("begin")
                let claim = try await worker.claim(mark: mark)
                try await worker.apply(claim.ids)
                try await worker.run("commit")
                mark = claim.mark
                applied += claim.ids
            }
            let countBefore = applied.count
            try await slow.run("commit")
            let found = try await worker.claim(mark: mark).ids

            #expect(countBefore == 3)
            #expect(found == late)
        }
    }

    @Test func `moves its mark on when nothing waits`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            try await alice.create("a")
            _ = try await worker.applyAll()
            let written = try await alice.text("select pg_current_xact_id()::text")

            _ = try await worker.mark(past: written)
        }
    }

    @Test func `starts after the commands of a transaction that were applied`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let ids = try await alice.create("a", "b", "c", "d")

            try await worker.run("begin")
            try await worker.apply(try await worker.claim(2).ids)
            try await worker.run("commit")
            let next = try await worker.claim(2)

            // An older transaction of another test may hold the mark back.
            #expect(next.mark.id == ids[1] || next.mark.id == 0)
            #expect(try await worker.claim(2, mark: next.mark).ids == ids.suffix(2))
        }
    }

    @Test func `looks past what another worker holds`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let first = try await database.connect(as: .worker)
            let second = try await database.connect(as: .worker)
            try await alice.fillLane(commands: 40)
            let others = try await alice.create("a", "b", "c", "d", "e", "f", "g", "h")

            try await first.run("begin; select 1")
            _ = try await first.claim(10)
            try await second.run("begin; select 1")
            let claimed = try await second.claim(10).ids

            #expect(claimed == others)
        }
    }

    /// After a bulk of commands on one object, statistics say that all are on one.
    @Test func `reads few pages, whatever statistics say of lanes`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let owner = try await database.connect()
            try await owner.run(
                "alter table ferry_state.command_queue set (autovacuum_enabled = false)")
            try await alice.fillLane(commands: 3000)
            try await owner.run(
                "analyze ferry_state.command_queue; truncate ferry_state.command_queue")
            try await alice.execute(
                """
                insert into ferry.commands (command, arguments)
                select 'create_data_export', jsonb_build_object('name', 'x' || n)
                  from generate_series(1, 5000) as n
                """)

            try await worker.run("begin")
            let before = try await worker.pagesOfQueue()
            let claimed = try await worker.claim(100).ids
            let pages = try await worker.pagesOfQueue() - before
            try await worker.run("rollback")

            #expect(claimed.count == 100)
            // Some for each lane; with a scan of the whole queue for each it would be 10,000.
            #expect((1..<5000).contains(pages), "\(pages)")
        }
    }

    /// Our own exports hold long snapshots, under which no dead row can be removed.
    @Test func `reads few pages past 50,000 dead rows that a snapshot holds`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let owner = try await database.connect()
            let reader = try await database.connect()
            try await owner.run(
                """
                -- Nor should it be analyzed by chance in between.
                alter table ferry_state.command_queue set (autovacuum_enabled = false);
                insert into ferry_state.command_queue (command_id, lane, priority, actor)
                select -n, n, 2, 'test_client_alice' from generate_series(1, 50000) as n
                """)
            try await reader.run("begin isolation level repeatable read; select 1")
            let deleted = try await owner.text(
                """
                with gone as (delete from ferry_state.command_queue returning 1)
                select pg_current_xact_id()::text from gone limit 1
                """)
            let mark = try await worker.mark(past: deleted)
            let ids = try await alice.create("a", "b", "c")

            try await worker.run("begin")
            let before = try await worker.pagesOfQueue()
            let claimed = try await worker.claim(mark: mark).ids
            let afterClaim = try await worker.pagesOfQueue()
            try await worker.apply(claimed)
            let afterwards = try await worker.pagesOfQueue()
            try await worker.run("rollback")

            #expect(claimed == ids)
            #expect((1..<100).contains(afterClaim - before))
            #expect((1..<50).contains(afterwards - afterClaim))
        }
    }
}

extension Connection {
    /// Sends commands of one lane in one statement.
    func fillLane(commands: Int) async throws {
        try await execute(
            """
            insert into ferry.commands (command, arguments)
            select 'add_tables', '{"name": "long", "tables": ["a"]}'
              from generate_series(1, $1::int)
            """, [.int(Int64(commands))])
    }

    /// The mark of a claim, once it has passed a transaction. It waits for older transactions of
    /// the whole server, so for those of the other tests.
    fileprivate func mark(past transaction: String) async throws -> Mark {
        var mark = Mark()
        try await eventually(within: .seconds(60), "the mark passes \(transaction)") {
            mark = try await claim(mark: mark).mark
            return try await query(
                "select $1::text::xid8 > $2::text::xid8",
                [.text(mark.transaction), .text(transaction)]
            )[0][0].bool()
        }
        return mark
    }

    /// How many pages of the queue and its indexes this session has read, until it reports them.
    func pagesOfQueue() async throws -> Int {
        try await number(
            """
            select sum(pg_stat_get_xact_blocks_fetched(oid)) from pg_class
             where oid = 'ferry_state.command_queue'::regclass
                or oid in (select indexrelid from pg_index
                            where indrelid = 'ferry_state.command_queue'::regclass)
            """)
    }
}
