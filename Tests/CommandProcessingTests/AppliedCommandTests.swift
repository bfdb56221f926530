import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("An applied command", .timeLimit(.minutes(15)))
struct AppliedCommandTests {
    @Test func `has its effect, outcome and events in one transaction`() async throws {
        try await CommandScene.with { scene in
            let id = try await scene.send(
                "create_data_export", ["name": "Daily", "database": "Shop", "tables": ["a", "b"]])

            #expect(try await scene.processor().applyBatch() == 1)

            let status = try await scene.status(id)
            #expect(status == .applied)
            #expect(try await scene.events(id) == ["data_export_created"])
            let written = try await scene.admin.query(
                """
                select (select xmin from ferry_state.data_exports where id = $1)
                     = (select xmin from ferry_state.command_outcomes where command_id = $1),
                       (select xmin from ferry_state.data_exports where id = $1)
                     = (select xmin from ferry_state.events where command_id = $1)
                """, [.int(id)])[0]
            #expect(try written[0].bool())
            #expect(try written[1].bool())
            #expect(try await scene.count("select count(*) from ferry_state.command_queue") == 0)
        }
    }

    @Test func `is applied once by many workers`() async throws {
        try await CommandScene.with { scene in
            var ids: [Int64] = []
            for number in 1...100 {
                ids.append(
                    try await scene.send("create_data_export", ["name": .string("E\(number)")]))
            }

            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...4 {
                    group.addTask { try await scene.processor(batchMax: 3).drain() }
                }
                try await group.waitForAll()
            }
            // A worker that found all lanes taken has left; finish what came free since.
            try await scene.processor().drain()

            let each = "select count(*) from ferry.events where event = 'data_export_created'"
            #expect(try await scene.count(each) == 100)
            for id in ids { #expect(try await scene.status(id) == .applied) }
        }
    }

    @Test func `can create, activate, delete and recreate in one batch`() async throws {
        try await CommandScene.with { scene in
            let steps: [(String, JSONValue)] = [
                ("create_data_export", ["name": "X", "database": "Shop", "tables": ["a"]]),
                ("activate_data_export", ["name": "X"]),
                ("add_tables", ["name": "x", "tables": ["b"]]),
                ("delete_data_export", ["name": " X "]),
                ("create_data_export", ["name": "x"]),
            ]
            var ids: [Int64] = []
            for step in steps { ids.append(try await scene.send(step.0, step.1)) }

            try await scene.processor().drain()

            for id in ids { #expect(try await scene.status(id) == .applied) }
            let exports = try await scene.admin.query("select id, name from ferry.data_exports")
            #expect(try exports.map { try $0[0].int64() } == [ids[4]])
            #expect(try exports.map { try $0[1].string() } == ["x"])
            // What was active is known until it is pruned.
            let kept = "select data_export_id::text from ferry_state.data_export_versions"
            #expect(try await scene.texts(kept) == ["\(ids[0])"])
        }
    }

    @Test func `may replace what an earlier batch made`() async throws {
        try await CommandScene.with { scene in
            try await scene.activate(["X"])
            let deleted = try await scene.send("delete_data_export", ["name": "x"])
            let created = try await scene.send("create_data_export", ["name": "X"])

            #expect(try await scene.processor().applyBatch() == 2)

            #expect(try await scene.status(deleted) == .applied)
            #expect(try await scene.status(created) == .applied)
        }
    }

    @Test func `may be as large as a command can be, many in a batch`() async throws {
        try await CommandScene.with { scene in
            let long = String(repeating: "ü", count: 524_000)
            var ids: [Int64] = []
            for number in 1...3 {
                ids.append(
                    try await scene.send(
                        "create_destination",
                        [
                            "name": .string("D\(number)"), "kind": "directory",
                            "settings": ["path": "/exports", "note": .string(long)],
                        ]))
            }
            // Not one of these is there: the message names a few of them.
            let schema = String(repeating: "s", count: 50) + "."
            let tables = (1...9_000).map { number in
                JSONValue.string("\(schema)\(String(repeating: "t", count: 50))\(number)")
            }
            let wide = try await scene.send(
                "create_data_export",
                ["name": "Wide", "database": "Shop", "tables": .array(tables)])

            #expect(try await scene.processor().applyBatch() == 4)

            for id in ids { #expect(try await scene.status(id) == .applied) }
            let kept = "select sum(length(settings ->> 'note')) from ferry_state.destinations"
            #expect(try await scene.count(kept) == 1_572_000)
            let refusal = try await scene.status(wide)
            #expect(refusal.code == "table_not_in_database")
            #expect((refusal.message ?? "").utf8.count < 2_000)
        }
    }
}

extension CommandStatus {
    /// Applied at the first attempt.
    static let applied = CommandStatus(
        state: "applied", code: nil, message: nil, hint: nil, attempts: 1)
}
