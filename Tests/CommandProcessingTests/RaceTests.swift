import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("Commands on objects that refer to each other", .timeLimit(.minutes(15)))
struct RaceTests {
    @Test func `never leave an orchestration without its data export`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            let names = (1...150).map { "E\($0)" }
            try await scene.activate(names)
            var pairs: [(Int64, Int64)] = []
            for (index, name) in names.enumerated() {
                let add: JSONValue = [
                    "data_export": .string(name), "destination": "CRM", "data_template": "plain",
                ]
                let delete: JSONValue = ["name": .string(name)]
                if index % 2 == 0 {
                    let first = try await scene.send("add_orchestration", add)
                    pairs.append((first, try await scene.send("delete_data_export", delete)))
                } else {
                    let first = try await scene.send("delete_data_export", delete)
                    pairs.append((try await scene.send("add_orchestration", add), first))
                }
            }

            try await race(scene)

            for (add, delete) in pairs {
                let (added, deleted) = (try await scene.status(add), try await scene.status(delete))
                if added.state == "applied" {
                    #expect(deleted.code == "in_use")
                } else {
                    #expect(added.code == "not_found")
                    #expect(deleted == .applied)
                }
                // Decided by what was seen under locks, not by an error and another attempt.
                #expect(added.attempts == 1)
                #expect(deleted.attempts == 1)
            }
        }
    }

    @Test func `never leave a data export without its database`() async throws {
        try await CommandScene.with { scene in
            var pairs: [(Int64, Int64)] = []
            for number in 1...150 {
                let database = JSONValue.string("D\(number)")
                try await scene.send(
                    "register_database", ["name": database, "credential": "none"])
            }
            try await scene.processor().drain()
            for number in 1...150 {
                let database = JSONValue.string("D\(number)")
                pairs.append(
                    (
                        try await scene.send(
                            "create_data_export",
                            ["name": .string("E\(number)"), "database": database]),
                        try await scene.send("unregister_database", ["name": database])
                    ))
            }

            try await race(scene)

            for (create, unregister) in pairs {
                let created = try await scene.status(create)
                let gone = try await scene.status(unregister)
                if created == .applied {
                    #expect(gone.code == "in_use")
                } else {
                    #expect(created.code == "database_not_registered")
                    #expect(gone == .applied)
                }
            }
            let dangling = """
                select count(*) from ferry_state.data_exports as e
                 where not exists (select from ferry_state.databases as d
                                    where d.id = (e.draft ->> 'database_id')::bigint)
                """
            #expect(try await scene.count(dangling) == 0)
        }
    }

    @Test func `survive waiting for each other in a circle`() async throws {
        try await CommandScene.with { scene in
            try await scene.admin.run(
                """
                do $$ begin
                    execute format('alter database %I set deadlock_timeout = ''10ms''',
                                   current_database());
                end $$;
                """)
            for number in 1...30 {
                for side in ["L", "R"] {
                    try await scene.send(
                        "register_database",
                        ["name": .string("\(side)\(number)"), "credential": "none"])
                }
            }
            try await scene.processor().drain()
            // Two batches of two: each drops the database that the other's export refers to.
            var ids: [Int64] = []
            for number in 1...30 {
                for (side, other) in [("L", "R"), ("R", "L")] {
                    ids.append(
                        try await scene.send(
                            "unregister_database", ["name": .string("\(side)\(number)")]))
                    ids.append(
                        try await scene.send(
                            "create_data_export",
                            [
                                "name": .string("\(side)\(number)"),
                                "database": .string("\(other)\(number)"),
                            ]))
                }
            }

            try await race(scene, batchMax: 2)

            let expected: Set = ["applied", "rejected"]
            for id in ids {
                let status = try await scene.status(id)
                #expect(expected.contains(status.state))
                #expect(status.attempts == 1)
            }
        }
    }

    /// Lets two workers apply all that waits, side by side.
    private func race(_ scene: CommandScene, batchMax: Int = 1) async throws {
        let waiting = """
            select (select count(*) from ferry_state.command_queue)
                 + (select count(*) from ferry_state.command_waits)
            """
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...2 {
                group.addTask {
                    let processor = try await scene.processor(batchMax: batchMax)
                    let viewer = try await scene.database.connect()
                    try await eventually(within: .seconds(60), "the queue is empty") {
                        try await processor.drain()
                        return try await viewer.query(waiting)[0][0].int() == 0
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
