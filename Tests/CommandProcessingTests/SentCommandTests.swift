import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("A command that was sent", .timeLimit(.minutes(15)))
struct SentCommandTests {
    @Test func `starts one run, however often it is sent with one key`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.activate(["Daily"])
            try await scene.send(
                "add_orchestration",
                ["data_export": "Daily", "destination": "CRM", "data_template": "plain"])

            let first = try await scene.send("run_orchestration", ["name": "Daily"], key: "today")
            let again = try await scene.send("run_orchestration", ["name": "Daily"], key: "today")
            try await scene.processor().drain()
            let later = try await scene.send("run_orchestration", ["name": "Daily"], key: "today")
            try await scene.processor().drain()

            #expect(again == first)
            #expect(later == first)
            #expect(try await scene.texts("select id::text from ferry.runs") == ["\(first)"])
            #expect(try await scene.events(first) == ["run_queued"])
        }
    }

    @Test func `is never applied once it was canceled`() async throws {
        try await CommandScene.with { scene in
            let id = try await scene.send("create_data_export", ["name": "X"])
            let scheduled = try await scene.send(
                "create_data_export", ["name": "Y"], runAt: "infinity")
            for canceled in [id, scheduled] {
                try await scene.admin.run(
                    "begin; set local role test_client_alice; "
                        + "select ferry.cancel_command(\(canceled)); commit")
            }

            #expect(try await scene.processor().applyBatch() == 0)

            for canceled in [id, scheduled] {
                #expect(try await scene.state(canceled) == "canceled")
                #expect(try await scene.events(canceled) == ["command_canceled"])
            }
            #expect(try await scene.texts("select name from ferry.data_exports") == [])
        }
    }

    @Test(arguments: [
        "it's \"quoted\" \\ `$1` %s %I",
        "'); drop schema ferry cascade; --",
        "👩‍👩‍👧‍👦 \u{202e}txt.exe\u{202c} \u{200b}",
        String(repeating: "🧨", count: 128),
        "{\"name\": [1]}\u{feff}",
        "ﬁ İstanbul ẞ ς",
    ])
    func `may bear any name`(_ name: String) async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            let create = try await scene.send(
                "create_data_export",
                ["name": .string("\t \(name)  "), "database": "Shop", "tables": "all"])
            let steps: [(String, JSONValue)] = [
                ("activate_data_export", ["name": .string(name.uppercased().lowercased())]),
                ("activate_data_export", ["name": .string(name)]),
                (
                    "add_orchestration",
                    ["data_export": .string(name), "destination": "CRM", "data_template": "plain"]
                ),
                ("run_orchestration", ["name": .string(name)]),
                ("delete_data_export", ["name": .string(name)]),
            ]
            var ids = [create]
            for step in steps { ids.append(try await scene.send(step.0, step.1)) }

            try await scene.processor().drain()

            let created = try await scene.status(create)
            #expect(created == .applied)
            for view in ["data_exports", "orchestrations"] {
                let shown = try await scene.texts("select name from ferry.\(view)")
                #expect(shown.map { Array($0.utf8) } == [Array(name.utf8)])
            }
            #expect(try await scene.texts("select data_export from ferry.runs") == [name])
            let refusal = try await scene.status(ids[5])
            #expect(refusal.code == "run_in_progress")
            let message = refusal.message ?? ""
            #expect(!message.unicodeScalars.contains("\u{202e}"))
            #expect(message.hasPrefix("cannot delete \""))
        }
    }
}
