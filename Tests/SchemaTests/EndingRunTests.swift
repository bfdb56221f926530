import Postgres
import TestSupport
import Testing

/// How a worker ends a run, or this attempt of it.
private enum Ending: String, CaseIterable {
    case fail = "fail_run(7, $1, $2, 'c', 'source', 'm', 'h')"
    case retry = "retry_run_later(7, $1, $2, '1 h', '2 h', 'c', 'source', 'm', 'h') = 'retrying'"
    case stop = "finish_stop(7, $1, $2)"

    var event: String {
        switch self {
        case .fail: "run_failed"
        case .retry: "run_retrying"
        case .stop: "run_stopped"
        }
    }
}

@Suite("A run that ends", .timeLimit(.minutes(15)))
struct EndingRunTests {
    private struct Parties {
        let owner: Connection
        let inCharge: DutyWorker
        let other: DutyWorker
        let token: Int64

        func end(_ ending: Ending) async throws -> Bool {
            try await inCharge.connection.query(
                "select ferry_state.\(ending.rawValue)", [.int(token), .int(inCharge.id)]
            )[0][0].bool()
        }

        func prepare(_ ending: Ending) async throws {
            guard ending == .stop else { return }
            try await owner.run("update ferry_state.runs set state = 'stopping' where id = 7")
        }

        func lastEvent() async throws -> String {
            try await owner.text(
                "select event from ferry_state.events where run_id = 7 order by id desc limit 1")
        }
    }

    /// Gives the body a run with two tasks that wait.
    private func opened(_ body: @Sendable (Parties) async throws -> Void) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            try await owner.queueRun(7)
            let run = try #require(try await worker.claimRun())
            #expect(try await worker.open(run: 7, token: run.token))
            try await body(
                Parties(
                    owner: owner, inCharge: worker,
                    other: try await DutyWorker.register(database), token: run.token))
        }
    }

    @Test(arguments: Ending.allCases)
    private func `waits for a task that is just claimed`(by ending: Ending) async throws {
        try await opened { parties in
            try await parties.other.connection.run("begin")
            #expect(try await parties.other.claimTask() != nil)
            try await comesAfterwards(ending, parties)
        }
    }

    @Test(arguments: Ending.allCases)
    private func `waits for a task that is just done`(by ending: Ending) async throws {
        try await opened { parties in
            let task = try #require(try await parties.other.claimTask())
            try await parties.other.connection.run("begin")
            #expect(try await parties.other.finish(run: 7, task: task))
            try await comesAfterwards(ending, parties)
        }
    }

    /// The run ends once the other worker has committed, and not before.
    private func comesAfterwards(_ ending: Ending, _ parties: Parties) async throws {
        try await parties.prepare(ending)
        async let ended = parties.end(ending)
        try await eventually("it waits") {
            try await parties.owner.sees(waiting: parties.inCharge.connection)
        }
        try await parties.other.connection.run("commit")

        #expect(try await ended)
        #expect(try await parties.lastEvent() == ending.event)
    }

    @Test(arguments: Ending.allCases)
    private func `lets no task of it be claimed meanwhile`(by ending: Ending) async throws {
        try await opened { parties in
            try await parties.prepare(ending)
            try await parties.inCharge.connection.run("begin")
            #expect(try await parties.end(ending))

            #expect(try await parties.other.claimTask() == nil)
            try await parties.inCharge.connection.run("commit")

            #expect(try await parties.other.claimTask() == nil)
            #expect(try await parties.lastEvent() == ending.event)
        }
    }
}
