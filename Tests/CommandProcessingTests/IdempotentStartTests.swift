import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("A run that is started with an idempotency key", .timeLimit(.minutes(15)))
struct IdempotentStartTests {
    @Test func `is one run for many concurrent clients, and each gets its id`() async throws {
        try await CommandScene.with { scene in
            try await scene.orchestrate()

            let ids = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in 1...8 {
                    group.addTask {
                        let alice = try await scene.database.connect(as: .alice)
                        let sql =
                            number % 2 == 0
                            ? "select ferry.run_orchestration('Daily', idempotency_key => 'k')"
                            : """
                            insert into ferry.commands (command, arguments, idempotency_key)
                            values ('run_orchestration', '{"name": "Daily"}', 'k') returning id
                            """
                        let id = try await alice.query(sql)[0][0].int64()
                        await alice.close()
                        return id
                    }
                    group.addTask {
                        try await scene.processor().drain()
                        return 0
                    }
                }
                var ids: Set<Int64> = []
                for try await id in group where id != 0 { ids.insert(id) }
                return ids
            }
            try await scene.processor().drain()

            #expect(ids.count == 1)
            #expect(
                try await scene.texts("select id::text from ferry.runs") == ids.map(String.init))
        }
    }

    @Test func `is the same run when it has long succeeded`() async throws {
        try await CommandScene.with { scene in
            try await scene.orchestrate()
            let run = try await scene.send("run_orchestration", ["name": "Daily"], key: "k")
            try await scene.processor().drain()
            try await scene.admin.execute(
                """
                update ferry_state.runs set state = 'succeeded', finished_at = now() where id = $1
                """,
                [.int(run)])
            let alice = try await scene.database.connect(as: .alice)

            let again = try await alice.query(
                "select ferry.run_orchestration('Daily', idempotency_key => 'k')")[0][0].int64()
            try await scene.processor().drain()

            #expect(again == run)
            #expect(try await scene.texts("select state from ferry.runs") == ["succeeded"])
            #expect(try await scene.events(run) == ["run_queued"])
        }
    }
}
