import Postgres
import TestSupport
import Testing

@Suite("A lane", .timeLimit(.minutes(15)))
struct LaneTests {
    @Test func `keeps the order of the commands on its object`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            var ids = try await alice.create("Daily customers", priority: 3)
            ids.append(
                try await alice.send(
                    "edit_data_export", #"{"name": " daily CUSTOMERS "}"#, priority: 2))
            ids.append(try await alice.send("discard_draft", #"{"name": "Daily customers"}"#))

            #expect(try await worker.applyAll() == ids)
        }
    }

    @Test func `is held by one worker at a time while others take other lanes`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let first = try await database.connect(as: .worker)
            let second = try await database.connect(as: .worker)
            let one = try await alice.create("a")

            try await first.run("begin")
            try await second.run("begin")
            let held = try await first.claim().ids
            let more = try await alice.send("discard_draft", #"{"name": "a"}"#)
            let other = try await alice.create("b", "c")
            let taken = try await second.claim().ids
            try await first.apply(held)
            try await first.run("commit")
            try await second.run("rollback")
            let rest = try await second.claim().ids

            #expect(held == one)
            #expect(taken == other)
            #expect(rest == [more] + other)
        }
    }

    @Test func `of 5,000 commands does not keep a second worker from the others`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let first = try await database.connect(as: .worker)
            let second = try await database.connect(as: .worker)
            try await alice.fillLane(commands: 5000)
            let others = try await alice.create("a", "b")

            try await first.run("begin")
            try await second.run("begin")
            let held = try await first.claim(100).ids
            let taken = try await second.claim(100).ids

            #expect(held.count == 100)
            #expect(held == held.sorted())
            #expect(taken == others)
        }
    }

    @Test func `is not held back by a command that is to wait until a time`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            try await alice.send("discard_draft", #"{"name": "a"}"#, runAt: "2099-01-01")
            let now = try await alice.create("a")

            #expect(try await worker.applyAll() == now)
        }
    }

    @Test func `never has two workers at once, however many claim`() async throws {
        try await TestDatabase.withSchema { database in
            let alice = try await database.connect(as: .alice)
            let owner = try await database.connect()
            try await alice.run(
                """
                insert into ferry.commands (command, arguments)
                select 'create_data_export', jsonb_build_object('name', 'lane ' || n % 7)
                  from generate_series(1, 300) as n
                """)

            let applied = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for _ in 0..<4 {
                    group.addTask { try await applyInSmallBatches(database) }
                }
                return try await group.reduce(into: [Int64]()) { $0 += $1 }
            }

            #expect(applied.count == 300)
            #expect(Set(applied).count == 300)
            // Applied one after the other: within a lane the order of ids is that of commits.
            let swapped = try await owner.number(
                """
                select count(*) from ferry_state.command_outcomes as a
                  join ferry_state.commands as ca on ca.id = a.command_id
                  join ferry_state.commands as cb on cb.lane = ca.lane and cb.id > ca.id
                  join ferry_state.command_outcomes as b on b.command_id = cb.id
                 where b.finished_at < a.finished_at
                """)
            #expect(swapped == 0)
        }
    }
}

private func applyInSmallBatches(_ database: TestDatabase) async throws -> [Int64] {
    let worker = try await database.connect(as: .worker)
    var applied: [Int64] = []
    while try await worker.number("select count(*) from ferry_state.command_queue") > 0 {
        try await worker.run("begin")
        let ids = try await worker.claim(5).ids
        try await worker.apply(ids)
        try await worker.run("commit")
        applied += ids
    }
    return applied
}
