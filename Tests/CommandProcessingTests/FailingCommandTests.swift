import CommandProcessing
import Foundation
import Postgres
import TestSupport
import Testing
import Values

@Suite("A command that cannot be executed", .timeLimit(.minutes(15)))
struct FailingCommandTests {
    @Test func `does not spoil its neighbours, is retried and fails in the end`() async throws {
        try await CommandScene.with { scene in
            try await Self.forbid("poison", scene)
            let one = try await scene.send("create_data_export", ["name": "One"])
            let bad = try await scene.send("create_data_export", ["name": "Poison"])
            let behind = try await scene.send(
                "edit_data_export", ["name": "Poison", "database": "Shop"])
            let two = try await scene.send("create_data_export", ["name": "Two"])
            let retry = RetryPolicy(
                attemptsMax: 3, firstDelay: .seconds(100), delayMax: .seconds(1000))
            let processor = try await scene.processor(retry: retry)

            for attempt in 1...2 {
                #expect(try await processor.applyBatch() == (attempt == 1 ? 4 : 1))

                let status = try await scene.status(bad)
                #expect(status.state == "retrying")
                #expect(status.attempts == attempt)
                #expect(status.message?.contains("poison is forbidden") == true)
                #expect(try await scene.state(behind) == "waiting")
                // The lane waits, twice as long each time.
                #expect(try await processor.applyBatch() == 0)
                let delays = try await scene.admin.query(
                    "select extract(epoch from due_at - now()) from ferry_state.command_waits "
                        + "where due_at is not null")
                let delay = try delays[0][0].double() / Double(attempt)
                #expect((70...100).contains(delay))
                try await scene.makeDue()
            }
            #expect(try await scene.status(one) == .applied)
            #expect(try await scene.status(two) == .applied)

            try await processor.drain()

            let status = try await scene.status(bad)
            #expect(status.state == "failed")
            #expect(status.code == "technical_failure")
            #expect(status.attempts == 3)
            #expect(status.message?.hasPrefix("failed after 3 attempts: poison") == true)
            #expect(status.hint == "Fix the cause, then resend the command.")
            #expect(
                try await scene.events(bad)
                    == ["command_retrying", "command_retrying", "command_failed"])
            #expect(try await scene.status(behind).code == "not_found")
        }
    }

    @Test func `is applied at a later attempt, before those behind it`() async throws {
        try await CommandScene.with { scene in
            try await Self.forbid("late", scene)
            let id = try await scene.send("create_data_export", ["name": "Late"])
            let behind = try await scene.send(
                "edit_data_export", ["name": "Late", "database": "Shop"])
            let processor = try await scene.processor()
            #expect(try await processor.applyBatch() == 2)

            try await scene.allow("data_exports")
            try await processor.drain()

            #expect(try await scene.status(id).state == "applied")
            #expect(try await scene.status(id).attempts == 2)
            #expect(try await scene.status(behind) == .applied)
        }
    }

    /// Makes the server refuse to store an export of this name.
    private static func forbid(_ key: String, _ scene: CommandScene) async throws {
        try await scene.admin.run(
            """
            create function public.forbid() returns trigger language plpgsql as $$
            begin
                raise exception '\(key) is forbidden';
            end;
            $$;
            create trigger forbid before insert on ferry_state.data_exports
                for each row when (new.key = '\(key)') execute function public.forbid();
            """)
    }

    @Test func `for want of its source database is retried; others are applied`() async throws {
        try await CommandScene.with { scene in
            let dead = try ClosedDoor()
            try scene.keep("postgresql://u:hunter2@127.0.0.1:\(dead.port)/d", as: "dead")
            try await scene.send(
                "register_database", ["name": "Dead", "credential": "dead"])
            try await scene.processor().drain()
            var ids: [Int64] = []
            for number in 1...5 {
                ids.append(
                    try await scene.send(
                        "create_data_export",
                        ["name": .string("X\(number)"), "database": "Dead", "tables": ["a"]]))
            }
            let other = try await scene.send("create_data_export", ["name": "Other"])
            let processor = try await scene.processor(
                retry: RetryPolicy(attemptsMax: 2, firstDelay: .seconds(100)))

            #expect(try await processor.applyBatch() == 6)

            #expect(try await scene.status(other) == .applied)
            for id in ids {
                let status = try await scene.status(id)
                #expect(status.state == "retrying")
                #expect(
                    status.message?.hasPrefix("cannot reach database \"Dead\": ") == true)
            }
            try await scene.makeDue()
            try await processor.drain()
            for id in ids {
                let status = try await scene.status(id)
                #expect(status.state == "failed")
                #expect(status.attempts == 2)
                #expect(status.message?.contains("hunter2") == false)
            }
        }
    }

    @Test func `because its worker died leaves nothing and is applied by another`() async throws {
        try await CommandScene.with { scene in
            try await scene.admin.run(
                """
                create function public.wait() returns trigger language plpgsql as $$
                begin
                    perform pg_advisory_xact_lock(42);
                    return null;
                end;
                $$;
                create trigger wait after insert on ferry_state.events
                    for each statement execute function public.wait();
                """)
            let ids = [
                try await scene.send("create_data_export", ["name": "A"]),
                try await scene.send("discard_draft", ["name": "Nobody"]),
            ]
            let blocker = try await scene.database.connect()
            _ = try await blocker.query("select pg_advisory_lock(42)")
            let doomed = try await scene.processor()
            let applying = Task { try await doomed.applyBatch() }
            try await scene.waitForBlocked()

            _ = try await scene.admin.query(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and wait_event_type = 'Lock'
                """)

            let outcome = await applying.result
            #expect(throws: PostgresError.self) { try outcome.get() }
            for id in ids {
                #expect(try await scene.state(id) == "queued")
                #expect(try await scene.events(id) == [])
            }
            #expect(try await scene.texts("select name from ferry.data_exports") == [])
            _ = try await blocker.query("select pg_advisory_unlock(42)")
            try await scene.processor().drain()
            #expect(try await scene.status(ids[0]) == .applied)
            #expect(try await scene.events(ids[0]) == ["data_export_created"])
            #expect(try await scene.events(ids[1]) == ["command_rejected"])
        }
    }
}
