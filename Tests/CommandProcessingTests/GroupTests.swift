import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

/// A group in the job table, with the orchestrations A, B and C.
extension CommandScene {
    static func withOrchestrations(
        _ body: (CommandScene) async throws -> Void
    ) async throws {
        try await with { scene in
            try await scene.addDestination()
            try await scene.activate(["A", "B", "C"])
            for name in ["A", "B", "C"] {
                try await scene.send(
                    "add_orchestration",
                    [
                        "data_export": .string(name), "destination": "CRM",
                        "data_template": "plain",
                    ])
            }
            try await scene.processor().drain()
            try await body(scene)
        }
    }

    func createGroup(
        _ name: String, of orchestrations: JSONValue = ["A", "B"],
        _ trigger: [String: JSONValue] = ["manual": true]
    ) async throws {
        let arguments: [String: JSONValue] = [
            "name": .string(name), "orchestrations": orchestrations,
        ]
        try await apply(
            "create_orchestration_group", .object(arguments.merging(trigger) { $1 }))
    }

    @discardableResult
    func apply(_ command: String, _ arguments: JSONValue) async throws -> Int64 {
        let id = try await send(command, arguments)
        try await processor().drain()
        #expect(try await status(id) == .applied, "\(command)")
        return id
    }

    /// Ends a run in this state, as the worker in charge of it would.
    func end(_ run: Int64, _ state: String) async throws {
        try await admin.execute(
            """
            update ferry_state.runs
               set state = case when $2 = 'succeeded' then 'publishing'
                                when $2 = 'stopped' then 'stopping' else 'running' end,
                   token = 1, worker_id = 1
             where id = $1
            """, [.int(run), .text(state)])
        let call =
            switch state {
            case "succeeded": "ferry_state.complete_run($1, 1, 1, 'x')"
            case "stopped": "ferry_state.finish_stop($1, 1, 1)"
            default: "ferry_state.fail_run($1, 1, 1, 'x', 'source', 'x', 'x')"
            }
        let ended = try await admin.query("select \(call)", [.int(run)])
        #expect(try ended[0][0].bool())
    }

    func runs(of group: Int64) async throws -> [Int64] {
        try await admin.query(
            "select id from ferry.runs where group_run = $1 order by id", [.int(group)]
        ).map { try $0[0].int64() }
    }

    /// The commands that ran this group automatically, with their actors.
    func runsByItself(_ group: String) async throws -> [String] {
        try await texts(
            """
            select c.actor || ' ' || f.cause
              from ferry_state.commands as c
              join ferry_state.group_firings as f on f.command_id = c.id
             where c.command = 'run_orchestration_group' and c.arguments ->> 'name' = $1
             order by c.id
            """, [.text(group)])
    }
}

@Suite("A group in the job table", .timeLimit(.minutes(15)))
struct GroupTests {
    @Test func `is created, edited, shown and deleted`() async throws {
        try await CommandScene.withOrchestrations { scene in
            func shown() async throws -> [String] {
                try await scene.texts(
                    """
                    select concat_ws(' | ', name, orchestrations::text, enabled, trigger, schedule,
                                     time_zone, catch_up, after, cardinality(next_times), runs_as)
                      from ferry.orchestration_groups order by name
                    """)
            }
            try await scene.createGroup(
                "Nightly", of: ["b", "A"],
                ["schedule": "30 2 * * *", "time_zone": "Europe/Berlin"])
            try await scene.createGroup("Then", of: ["C"], ["after": "nightly"])
            #expect(
                try await shown() == [
                    "Nightly | {B,A} | t | schedule | 30 2 * * * | Europe/Berlin | one | 3 | "
                        + "test_client_alice",
                    "Then | {C} | t | after | Nightly | 0 | test_client_alice",
                ])

            try await scene.apply(
                "edit_orchestration_group", ["name": "Then", "orchestrations": ["C", "A"]])
            try await scene.apply("disable_orchestration_group", ["name": "Nightly"])
            #expect(
                try await shown() == [
                    "Nightly | {B,A} | f | schedule | 30 2 * * * | Europe/Berlin | one | 0 | "
                        + "test_client_alice",
                    "Then | {C,A} | t | after | Nightly | 0 | test_client_alice",
                ])

            try await scene.apply("delete_orchestration_group", ["name": "Then"])
            try await scene.apply("delete_orchestration_group", ["name": "Nightly"])
            #expect(try await shown() == [])
            try await scene.apply("delete_orchestration", ["name": "A"])
        }
    }

    @Test func `is made by typed functions, too`() async throws {
        try await CommandScene.withOrchestrations { scene in
            let alice = try await scene.database.connect(as: .alice)
            for call in [
                "create_orchestration_group('G', array['A', 'B'], schedule => '@daily')",
                "edit_orchestration_group('G', orchestrations => array['C'])",
                "run_orchestration_group('G')",
            ] {
                _ = try await alice.query("select ferry.\(call)")
            }
            try await scene.processor().drain()

            #expect(
                try await scene.texts("select orchestration from ferry.runs") == ["C"])
            #expect(try await scene.texts("select state from ferry.group_runs") == ["queued"])
        }
    }

    @Test func `is in the configuration by its definition`() async throws {
        try await CommandScene.withOrchestrations { scene in
            try await scene.createGroup("One")
            try await scene.createGroup(
                "Three", of: ["B"], ["schedule": "@daily", "catch_up": "none"])
            try await scene.createGroup("Two", of: ["C", "A"], ["after": "One"])
            try await scene.apply("disable_orchestration_group", ["name": "Two"])

            #expect(
                try await scene.texts(
                    """
                    select definition::text from ferry.configuration
                     where kind = 'orchestration_group' order by name
                    """) == [
                        #"{"manual": true, "enabled": true, "orchestrations": ["A", "B"]}"#,
                        #"{"enabled": true, "catch_up": "none", "schedule": "@daily", "#
                            + #""time_zone": "UTC", "orchestrations": ["B"]}"#,
                        #"{"after": "One", "enabled": false, "orchestrations": ["C", "A"]}"#,
                    ])
        }
    }

    @Test func `runs whole or not at all`() async throws {
        try await CommandScene.withOrchestrations { scene in
            try await scene.createGroup("G", of: ["A", "B"])
            try await scene.admin.run(
                """
                update ferry_state.destinations set administrators_only = true
                 where name = 'CRM';
                update ferry_state.policy_assignments set policy = 'datagrid_operator'
                 where id = -1
                """)

            let id = try await scene.send("run_orchestration_group", ["name": "G"])
            try await scene.processor().drain()

            let status = try await scene.status(id)
            #expect(status.code == "permission_denied")
            #expect(
                status.message
                    == "cannot run \"G\": orchestration \"A\": permission denied: "
                    + "destination \"CRM\" is for administrators only")
            #expect(try await scene.count("select count(*) from ferry_state.runs") == 0)
        }
    }

    @Test func `never comes after itself, however many edits race`() async throws {
        try await CommandScene.withOrchestrations { scene in
            for round in 1...20 {
                let names = ["P\(round)", "Q\(round)", "R\(round)"]
                for name in names { try await scene.createGroup(name) }
                for (index, name) in names.enumerated() {
                    try await scene.send(
                        "edit_orchestration_group",
                        ["name": .string(name), "after": .string(names[(index + 1) % 3])])
                }
                try await race(scene, workers: 3)
            }

            #expect(
                try await scene.count(
                    "select count(*) from ferry_state.orchestration_groups where after_id is null")
                    == 20)
            #expect(
                try await scene.count(
                    """
                    select count(*) from ferry.commands where error_code = 'circular_groups'
                    """) == 20)
        }
    }

    private func race(_ scene: CommandScene, workers: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<workers {
                let processor = try await scene.processor(batchMax: 1)
                group.addTask { try await processor.drain() }
            }
            try await group.waitForAll()
        }
    }
}
