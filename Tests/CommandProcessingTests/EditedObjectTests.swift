import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("An edited object", .timeLimit(.minutes(15)))
struct EditedObjectTests {
    @Test func `is saved with all that was given, under its old id`() async throws {
        try await CommandScene.with { scene in
            try await scene.orchestrate()
            let before = try await scene.ids()

            let edits: [(String, JSONValue)] = [
                ("edit_database", ["name": "shop", "credential": "elsewhere"]),
                (
                    "edit_destination",
                    ["name": "crm", "settings": ["path": "/new"], "administrators_only": true]
                ),
                (
                    "edit_data_template",
                    ["destination": "crm", "name": "PLAIN", "settings": ["header": false]]
                ),
                ("edit_orchestration", ["name": "DAILY", "data_export": "Weekly"]),
            ]
            var sent: [Int64] = []
            for (name, arguments) in edits { sent.append(try await scene.send(name, arguments)) }
            try await scene.processor().drain()

            for id in sent { #expect(try await scene.status(id) == .applied) }
            #expect(try await scene.ids() == before)
            #expect(
                try await scene.texts(
                    """
                    select credential from ferry.databases union all
                    select settings::text || administrators_only from ferry.destinations union all
                    select settings::text from ferry.data_templates union all
                    select data_export from ferry.orchestrations
                    """) == [
                        "elsewhere", #"{"path": "/new"}true"#, #"{"header": false}"#, "Weekly",
                    ])
            #expect(
                try await scene.texts(
                    "select event from ferry.events where event like '%edited' order by id") == [
                        "database_edited", "destination_edited", "data_template_edited",
                        "orchestration_edited",
                    ])
        }
    }

    @Test func `is an orchestration that takes another template of its own destination`()
        async throws
    {
        try await CommandScene.with { scene in
            try await scene.orchestrate()
            try await scene.send(
                "create_data_template", ["destination": "CRM", "name": "tsv", "settings": [:]])
            try await scene.processor().drain()

            let edit = try await scene.send(
                "edit_orchestration", ["name": "Daily", "data_template": "TSV"])
            try await scene.processor().drain()

            #expect(try await scene.status(edit) == .applied)
            #expect(
                try await scene.texts("select data_template from ferry.orchestrations") == ["tsv"])
        }
    }

    @Test func `may be an orchestration that was added or moved in the same batch`() async throws {
        try await CommandScene.with { scene in
            try await scene.orchestrate()
            try await scene.send(
                "create_destination",
                ["name": "Sea", "kind": "directory", "settings": ["path": "/sea"]])
            for (destination, template) in [("CRM", "tsv"), ("Sea", "a"), ("Sea", "b")] {
                try await scene.send(
                    "create_data_template",
                    [
                        "destination": .string(destination), "name": .string(template),
                        "settings": [:],
                    ])
            }
            try await scene.processor().drain()

            let batch: [(String, JSONValue)] = [
                (
                    "add_orchestration",
                    [
                        "data_export": "Weekly", "destination": "CRM", "data_template": "plain",
                        "name": "New",
                    ]
                ),
                ("edit_orchestration", ["name": "New", "data_template": "tsv"]),
                (
                    "edit_orchestration",
                    ["name": "Daily", "destination": "Sea", "data_template": "a"]
                ),
                ("edit_orchestration", ["name": "Daily", "data_template": "b"]),
            ]
            var sent: [Int64] = []
            for (name, arguments) in batch { sent.append(try await scene.send(name, arguments)) }
            #expect(try await scene.processor().applyBatch() == 4)

            for id in sent { #expect(try await scene.status(id) == .applied) }
            #expect(
                try await scene.texts(
                    """
                    select name || ' ' || destination || ' ' || data_template
                      from ferry.orchestrations order by name
                    """) == ["Daily Sea b", "New CRM tsv"])
        }
    }

    @Test func `is a database that is asked at its new place`() async throws {
        try await CommandScene.with { scene in
            let used = try await scene.send(
                "create_data_export", ["name": "A", "database": "Shop", "tables": ["a"]])
            try await scene.send(
                "edit_database", ["name": "Shop", "credential": "nowhere"])
            let late = try await scene.send(
                "create_data_export", ["name": "B", "database": "Shop", "tables": ["a"]])

            try await scene.processor().drain()

            #expect(try await scene.status(used) == .applied)
            #expect(try await scene.status(late).code == "database_unavailable")
        }
    }

    @Test func `does not change what runs were started with`() async throws {
        try await CommandScene.with { scene in
            try await scene.orchestrate()
            let run = try await scene.send("run_orchestration", ["name": "Daily"])
            try await scene.processor().drain()

            try await scene.send(
                "edit_destination", ["name": "CRM", "settings": ["path": "/new"]])
            let next = try await scene.send("run_orchestration", ["name": "Daily"])
            try await scene.processor().drain()

            let path = "select inputs #>> '{destination,settings,path}' from ferry_state.runs"
            #expect(try await scene.texts(path + " where id = \(run)") == ["/exports"])
            #expect(try await scene.texts(path + " where id = \(next)") == ["/new"])
        }
    }
}

extension CommandScene {
    /// Active exports Daily and Weekly, and the orchestration Daily to "CRM" by "plain".
    func orchestrate() async throws {
        try await addDestination()
        try await activate(["Daily", "Weekly"])
        try await send(
            "add_orchestration",
            ["data_export": "Daily", "destination": "CRM", "data_template": "plain"])
        try await processor().drain()
    }

    fileprivate func ids() async throws -> [String] {
        try await texts(
            """
            select id::text from (
                select id from ferry.databases union all select id from ferry.destinations
                union all select id from ferry.data_templates
                union all select id from ferry.orchestrations) as objects order by id
            """)
    }
}
