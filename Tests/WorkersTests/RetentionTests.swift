import TestSupport
import Testing

@Suite("Workers with a retention", .timeLimit(.minutes(15)))
struct RetentionTests {
    @Test func `remove by themselves what is older`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("one")
            _ = try scene.start("two")
            try await scene.configure(tables: #"["customers"]"#)
            let old = try await scene.run()
            try await scene.reaches("succeeded", old)
            let last = try await scene.run()
            try await scene.reaches("succeeded", last)
            try await scene.queue.run(
                """
                update ferry_state.runs set created_at = created_at - interval '3 days',
                       finished_at = finished_at - interval '3 days';
                update ferry_state.commands set created_at = created_at - interval '3 days';
                update ferry_state.command_outcomes
                   set finished_at = finished_at - interval '3 days';
                """)

            try await scene.apply("change_setting", #"{"name": "retention", "value": "2d"}"#)

            try await eventually(within: .seconds(60), "the prune has ended") {
                try await scene.queue.number(
                    "select count(*) from ferry_state.retention where due_at > now()") == 1
            }
            let runs = try await scene.queue.texts("select id::text from ferry.runs")
            #expect(runs == ["\(last)"])
            #expect(
                try await scene.queue.texts("select command from ferry.commands")
                    == ["change_setting", "run_orchestration"])
            #expect(
                try await scene.queue.text("select last_run_state from ferry.data_exports")
                    == "succeeded")
            // What goes on from here finds all that it needs.
            let next = try await scene.run()
            try await scene.reaches("succeeded", next)
        }
    }
}
