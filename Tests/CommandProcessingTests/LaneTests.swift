import CommandProcessing
import Foundation
import Postgres
import TestSupport
import Testing
import Values

@Suite("The commands on one object", .timeLimit(.minutes(15)))
struct LaneTests {
    /// Each step is refused unless those before it were applied, in this order.
    private static let cycle: [(String, [String: JSONValue])] = [
        ("create_data_export", ["database": "Shop", "tables": ["a"]]),
        ("add_tables", ["tables": ["b"]]),
        ("add_tables", ["tables": ["c"]]),
        ("remove_tables", ["tables": ["a"]]),
        ("activate_data_export", [:]),
        ("add_tables", ["tables": ["a"]]),
        ("discard_draft", [:]),
        ("remove_tables", ["tables": ["c"]]),
        ("activate_data_export", [:]),
        ("delete_data_export", [:]),
    ]
    private static let events = [
        "data_export_created", "tables_added", "tables_added", "tables_removed",
        "data_export_activated", "draft_opened", "tables_added", "draft_discarded",
        "draft_opened", "tables_removed", "data_export_activated", "data_export_deleted",
    ]

    @Test func `apply in order, one at a time, however many workers there are`() async throws {
        try await CommandScene.with { scene in
            let sender = try await scene.database.connect(as: .alice)
            let sending = Task {
                for round in 0..<40 {
                    let (command, arguments) = Self.cycle[round % 10]
                    try await Self.sendToAll(command, .object(arguments), sender)
                }
            }
            let applied = "select count(*) from ferry_state.command_outcomes"

            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...3 {
                    group.addTask {
                        let processor = try await scene.processor(batchMax: 20)
                        let viewer = try await scene.database.connect()
                        var batches = 0
                        try await eventually(within: .seconds(240), "2,000 are applied") {
                            while try await processor.applyBatch() > 0 { batches += 1 }
                            return try await viewer.query(applied)[0][0].int() == 2_001
                        }
                        return batches
                    }
                }
                for try await batches in group { #expect(batches > 10) }
            }
            try await sending.value

            let states = "select distinct state from ferry_state.command_outcomes"
            #expect(try await scene.texts(states) == ["applied"])
            let orders = try await scene.admin.query(
                """
                select object_name, array_agg(event order by id),
                       array_agg(command_id order by id)
                           = array_agg(command_id order by command_id, id)
                  from ferry.events where object_kind = 'data_export' group by 1
                """)
            #expect(orders.count == 50)
            let expected = (1...4).flatMap { _ in Self.events }
            for row in orders {
                #expect(try row[1].array() == expected)
                #expect(try row[2].bool())
            }
            #expect(try await scene.count("select count(*) from ferry.data_exports") == 0)
        }
    }

    /// Sends one command to each of 50 exports, in one transaction.
    private static func sendToAll(
        _ command: String, _ arguments: JSONValue, _ client: Connection
    ) async throws {
        let json = String(decoding: try JSONEncoder().encode(arguments), as: UTF8.self)
        try await client.execute(
            """
            insert into ferry.commands (command, arguments)
            select $1, jsonb_build_object('name', 'Export ' || number) || $2::jsonb
              from generate_series(1, 50) as number
            """, [.text(command), .text(json)])
    }

    @Test func `wait for each other while those on others continue`() async throws {
        try await CommandScene.with { scene in
            try await scene.activate(["A", "B"])
            let (blocker, first) = (
                try await scene.database.connect(),
                try await scene.send("add_tables", ["name": "A", "tables": ["b"]])
            )
            try await blocker.run(
                "begin; select from ferry_state.data_exports where name = 'A' for update")
            let (slow, quick) = (try await scene.processor(), try await scene.processor())
            let applying = Task { try await slow.applyBatch() }
            try await scene.waitForBlocked()

            let second = try await scene.send("discard_draft", ["name": "a"])
            let other = try await scene.send("add_tables", ["name": "B", "tables": ["b"]])
            #expect(try await quick.applyBatch() == 1)
            #expect(try await quick.applyBatch() == 0)

            #expect(try await scene.state(other) == "applied")
            #expect(try await scene.state(first) == "queued")
            #expect(try await scene.state(second) == "queued")
            try await blocker.run("commit")
            #expect(try await applying.value == 1)
            #expect(try await scene.state(first) == "applied")
            #expect(try await quick.applyBatch() == 1)
            #expect(try await scene.state(second) == "applied")
        }
    }

    @Test func `apply in the order sent between objects too`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.activate(["X"])
            let ids = [
                try await scene.send("edit_data_export", ["name": "X", "tables": ["b"]]),
                try await scene.send(
                    "add_orchestration",
                    ["data_export": "X", "destination": "CRM", "data_template": "plain"]),
                try await scene.send("delete_data_export", ["name": "X"]),
                try await scene.send("delete_orchestration", ["name": "X"]),
                try await scene.send("delete_data_export", ["name": "X"]),
            ]

            try await scene.processor().drain()

            var codes: [String?] = []
            for id in ids { codes.append(try await scene.status(id).code) }
            #expect(codes == [nil, nil, "in_use", nil, nil])
        }
    }

    @Test func `are in one lane however their object's name is spelled`() async throws {
        try await CommandScene.with { scene in
            let spellings = [
                "Café Öst", "CAFE\u{301} ÖST", " cafe\u{301} o\u{308}st", "café öst\u{a0}",
            ]
            for name in spellings {
                try await scene.send("discard_draft", ["name": .string(name)])
            }

            let count = try await scene.count(
                "select count(distinct lane) from ferry_state.command_queue")

            #expect(count == 1)
        }
    }

    @Test func `apply by priority and time only between objects`() async throws {
        try await CommandScene.with { scene in
            let late = try await scene.send("create_data_export", ["name": "A"], priority: 3)
            let urgent = try await scene.send("create_data_export", ["name": "B"], priority: 0)
            let behind = try await scene.send("discard_draft", ["name": "A"], priority: 0)
            let due = try await scene.send(
                "create_data_export", ["name": "C"], priority: 0, runAt: "infinity")
            let processor = try await scene.processor(batchMax: 1)

            #expect(try await processor.applyBatch() == 1)
            #expect(try await scene.state(urgent) == "applied")
            #expect(try await processor.applyBatch() == 1)
            #expect(try await scene.state(late) == "applied")
            #expect(try await processor.applyBatch() == 1)
            #expect(try await scene.state(behind) == "applied")
            #expect(try await processor.applyBatch() == 0)
            #expect(try await scene.state(due) == "scheduled")

            try await scene.makeDue()
            #expect(try await processor.applyBatch() == 1)
            #expect(try await scene.state(due) == "applied")
        }
    }
}
