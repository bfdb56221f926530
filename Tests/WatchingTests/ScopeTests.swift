import Postgres
import TestSupport
import Testing
import Watching

@Suite("The scope of a feed", .timeLimit(.minutes(15)))
struct ScopeTests {
    /// Two runs of two exports, and events of all kinds.
    private func fill(_ connection: Connection) async throws {
        try await connection.insertRun(7, export: "Daily customers", state: "running")
        try await connection.insertRun(8, export: "Orders", state: "running")
        try await connection.run(
            """
            insert into ferry_state.events
                   (environment, event, object_kind, object_id, object_name, run_id, command_id,
                    actor)
            values ('production', 'e1', 'data_export', 1, 'Daily CUSTOMERS', null, 3, 'ferry'),
                   ('production', 'e2', 'data_export', 2, 'Orders', null, 4, 'ferry'),
                   ('production', 'e3', 'run', 7, 'an orchestration', 7, 7, 'ferry'),
                   ('production', 'e4', 'run', 8, 'another', 8, 8, 'ferry'),
                   ('production', 'e5', 'worker', 7, 'Daily customers', null, null, 'ferry'),
                   ('production', 'e6', 'command', 7, null, null, null, 'ferry'),
                   ('production', 'e7', 'run', 7, 'Daily customers', 7, null, 'ferry')
            """)
    }

    @Test(arguments: [
        (Scope.everything, ["e1", "e2", "e3", "e4", "e5", "e6", "e7"]),
        (.export("daily Customers"), ["e1", "e3", "e7"]), (.export("nothing"), []),
        (.run(7), ["e3", "e7"]), (.command(7), ["e3", "e6"]),
    ])
    func `holds what belongs to it`(scope: Scope, expected: [String]) async throws {
        try await TestDatabase.withSchema { database in
            let feed = EventFeed(database.options(), scope: scope, pageSize: 2)
            _ = try await feed.open()

            try await fill(try await database.connect())

            #expect(try await rest(of: feed).map(\.event.event) == expected)
            await feed.close()
        }
    }

    @Test(arguments: [
        (Scope.everything, [7, 8]), (.export("ORDERS"), [8]), (.run(7), [7]), (.command(9), []),
    ])
    func `has its runs`(scope: Scope, expected: [Int64]) async throws {
        try await TestDatabase.withSchema { database in
            try await fill(try await database.connect())
            let feed = EventFeed(database.options(), scope: scope)
            _ = try await feed.open()

            let state = try await feed.refresh(WatchState(), scope: scope)

            #expect(state.runs.map(\.id) == expected)
            await feed.close()
        }
    }

    @Test func `ends with the run that it follows`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let feed = EventFeed(database.options())
            _ = try await feed.open()
            var seen: [Outcome?] = []

            for (id, state) in [(1, "running"), (2, "succeeded"), (3, "failed"), (4, "stopped")] {
                let scope = Scope.run(Int64(id))
                try await connection.insertRun(Int64(id), export: "x\(id)", state: state)
                seen.append(try await feed.refresh(WatchState(), scope: scope).outcome(of: scope))
            }

            #expect(seen == [nil, .succeeded, .failed, .stopped])
            await feed.close()
        }
    }
}

extension Connection {
    func insertRun(_ id: Int64, export: String, state: String) async throws {
        try await execute(
            """
            insert into ferry_state.runs
                   (id, environment, orchestration_id, orchestration_name, data_export_id,
                    data_export_name, data_export_version, database_id, destination_id,
                    destination_name, inputs, created_by, state, started_at, finished_at)
            values ($1, 'production', $1, 'o', 1, $2, 1, 1, 1, 'archive', '{}', 'ferry', $3, now(),
                    case when $3 in ('succeeded', 'failed', 'stopped') then now() end)
            """, [.int(id), .text(export), .text(state)])
    }
}
