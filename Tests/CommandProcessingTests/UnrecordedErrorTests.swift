import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("A command whose error cannot be recorded", .timeLimit(.minutes(15)))
struct UnrecordedErrorTests {
    /// Makes the server refuse every row of the table for which the condition holds.
    private func refuse(_ table: String, when condition: String, _ scene: CommandScene)
        async throws
    {
        try await scene.admin.run(
            """
            create function public.refuse_\(table)() returns trigger language plpgsql as $$
            begin
                raise exception '\(table) is full';
            end;
            $$;
            create trigger refuse before insert on ferry_state.\(table)
                for each row when (\(condition)) execute function public.refuse_\(table)();
            """)
    }

    @Test func `waits without an event, longer each time, and spoils no neighbour`() async throws {
        try await CommandScene.with { scene in
            let one = try await scene.send("create_data_export", ["name": "One"])
            let bad = try await scene.send("create_data_export", ["name": "Poison"])
            let behind = try await scene.send(
                "edit_data_export", ["name": "Poison", "database": "Shop"])
            let two = try await scene.send("create_data_export", ["name": "Two"])
            try await refuse("events", when: "new.command_id = \(bad)", scene)
            let retry = RetryPolicy(
                attemptsMax: 2, firstDelay: .seconds(50), delayMax: .seconds(1000))
            let processor = try await scene.processor(retry: retry)

            // More often than attempts are allowed: that it failed could not be recorded either.
            for attempt in 1...3 {
                #expect(try await processor.applyBatch() == (attempt == 1 ? 4 : 1))

                let status = try await scene.status(bad)
                #expect(status.state == "retrying")
                #expect(status.attempts == attempt)
                #expect(
                    status.message == "events is full (SQLSTATE P0001); this could not be "
                        + "recorded: events is full (SQLSTATE P0001)")
                #expect(try await scene.state(behind) == "waiting")
                let delay = try await scene.admin.query(
                    "select extract(epoch from due_at - now()) from ferry_state.command_waits "
                        + "where due_at is not null"
                )[0][0].double()
                #expect((30...50).contains(delay / [1, 2, 4][attempt - 1]))
                try await scene.makeDue()
            }
            #expect(try await scene.status(one) == .applied)
            #expect(try await scene.status(two) == .applied)
            #expect(try await scene.events(bad) == [])

            try await scene.admin.run("drop trigger refuse on ferry_state.events")
            try await processor.drain()

            #expect(try await scene.status(bad).state == "applied")
            #expect(try await scene.status(behind).state == "applied")
        }
    }

    @Test func `stays as it was when nothing at all can be written`() async throws {
        try await CommandScene.with { scene in
            let ids = [
                try await scene.send("create_data_export", ["name": "One"]),
                try await scene.send("create_data_export", ["name": "Two"]),
            ]
            try await refuse("events", when: "new.command_id = \(ids[1])", scene)
            try await refuse("command_waits", when: "true", scene)
            let processor = try await scene.processor()

            let error = await #expect(throws: BatchRefused.self) {
                try await processor.applyBatch()
            }

            guard case PostgresError.server(let reason)? = error?.reason else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.message == "command_waits is full")
            for id in ids { #expect(try await scene.state(id) == "queued") }
            #expect(try await scene.texts("select name from ferry.data_exports") == [])
            try await scene.admin.run("drop trigger refuse on ferry_state.events")
            #expect(try await processor.applyBatch() == 2)
            for id in ids { #expect(try await scene.state(id) == "applied") }
        }
    }
}
