import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("A worker process", .timeLimit(.minutes(15)))
struct WorkerProcessTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `ends well when it is told to and has nothing to do`(by signal: Int32) async throws {
        try await Scene.with { scene in
            let worker = try scene.start("worker")
            try await scene.registered("worker")

            worker.signal(signal)

            #expect(try await worker.end() == .exit(0))
            #expect(try await scene.queue.number("select count(*) from ferry.workers") == 0)
        }
    }

    @Test func `has its name escaped in the log`() async throws {
        try await Scene.with { scene in
            let worker = try scene.start("w\u{1b}]0;x\u{7}")

            try await eventually(within: .seconds(60), "it starts") {
                worker.log.contains("worker started")
            }

            #expect(worker.log.contains("w\\u{1b}]0;x\\u{7}"))
            #expect(!worker.log.utf8.contains(0x1b))
        }
    }

    @Test(.enabled(if: geteuid() == 0))
    func `says so where it runs as root`() async throws {
        try await Scene.with { scene in
            let worker = try scene.start("worker")

            try await eventually(within: .seconds(60), "it starts") {
                worker.log.contains("worker started")
            }

            #expect(worker.log.contains("this worker runs as root"))
        }
    }

    @Test func `told to end in the middle of a run leaves it to another`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            let worker = try scene.start("worker")
            try await scene.configure()
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)

            worker.signal(SIGTERM)

            #expect(try await worker.end() == .exit(0))
            await held.open()
            _ = try scene.start("heir")
            try await scene.reaches("succeeded", run)
            _ = try scene.delivered.manifest()
            try await nothingStaged(in: scene)
        }
    }

    @Test func `continues with all else while one of its loops fails`() async throws {
        try await Scene.with { scene in
            let worker = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)
            let definition = try #require(
                try await scene.queue.text(
                    "select pg_get_functiondef('ferry_state.claim_run'::regproc)"))
            try await scene.queue.run(
                """
                create or replace function ferry_state.claim_run(p_worker bigint) returns json
                language plpgsql as $$ begin raise exception 'broken'; end; $$;
                """)
            let run = try await scene.run()
            try await eventually(within: .seconds(30), "it says so") {
                worker.log.contains("broken")
            }
            try await scene.apply("create_data_export", #"{"name": "Meanwhile"}"#)

            try await scene.queue.run(definition)

            try await scene.reaches("succeeded", run)
            #expect(worker.isRunning)
        }
    }

    @Test func `rejects a database without the schema and gives a hint`() async throws {
        try await Scene.with { scene in
            let worker = try scene.start("worker", queueURL: scene.sourceURL)

            #expect(try await worker.end() == .exit(78))
            #expect(worker.log.contains("ferry migrate"))
        }
    }

    @Test func `continues when the database refuses every outcome, until it does not`() async throws
    {
        try await Scene.with { scene in
            try await scene.queue.run(
                """
                create function public.refuse() returns trigger language plpgsql as $$
                begin
                    raise exception 'no row may be added to %', tg_table_name;
                end;
                $$;
                create trigger refuse before insert on ferry_state.events
                    for each row when (new.command_id is not null)
                    execute function public.refuse();
                create trigger refuse before insert on ferry_state.command_waits
                    for each row execute function public.refuse();
                """)
            let worker = try scene.start("worker")
            let id = try await scene.send("create_data_export", #"{"name": "a"}"#)
            // More often than it has loops that could meet this once.
            try await eventually("the worker has tried again") {
                worker.log.split(separator: "no row may be added to command_waits").count > 3
            }

            try await scene.queue.run("drop trigger refuse on ferry_state.events")
            try await scene.queue.run("drop trigger refuse on ferry_state.command_waits")

            #expect(try await scene.outcome(of: id).state == "applied")
            #expect(
                try await scene.queue.number("select count(*) from ferry_state.workers") == 1)
        }
    }

    @Test func `needs no more than the role ferry_worker`() async throws {
        try await Scene.with { scene in
            let url = scene.queueURL.replacing("user='ferry'", with: "user='test_worker'")
            #expect(url.contains("test_worker"))
            _ = try scene.start("worker", queueURL: url)
            try await scene.configure()
            let held = try await scene.run()
            try await scene.reaches("succeeded", held)
            _ = try scene.delivered.manifest()
        }
    }

    @Test func `says that the queue cannot be reached, keeps trying, and still ends well`()
        async throws
    {
        try await Scene.with { scene in
            let worker = try scene.start(
                "worker", queueURL: "host=127.0.0.1 port=1 password='\(Scene.password)'")
            try await eventually(within: .seconds(30), "it says so") {
                worker.log.contains("retrying")
            }

            worker.signal(SIGTERM)

            #expect(try await worker.end() == .exit(0))
            #expect(!worker.log.contains(Scene.password))
        }
    }
}

@Suite("Several runs", .timeLimit(.minutes(15)))
struct SeveralRunsTests {
    @Test func `of different orchestrations run in parallel`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            for name in ["first", "second", "third"] { _ = try scene.start(name) }
            try await scene.configure()
            try await scene.addExport("Hourly", tables: #"["held"]"#)
            let held = try await HeldTable.close(in: scene.source)

            let daily = try await scene.run()
            let hourly = try await scene.run("Hourly")
            try await HeldTable.isReached(in: scene.source, by: 2)

            #expect(try await scene.state(of: daily) == "running")
            #expect(try await scene.state(of: hourly) == "running")
            await held.open()
            try await scene.reaches("succeeded", daily)
            try await scene.reaches("succeeded", hourly)
            let files = try scene.delivered.manifest(of: hourly).files
            #expect(files.map(\.rows) == [Int64(HeldTable.rows)])
        }
    }

    @Test func `of one orchestration run one after another`() async throws {
        try await Scene.with { scene in
            for name in ["first", "second"] { _ = try scene.start(name) }
            try await scene.configure()

            var runs: [Int64] = []
            for _ in 1...3 { runs.append(try await scene.run()) }
            for run in runs { try await scene.reaches("succeeded", run) }

            let order = try await scene.queue.texts(
                """
                select event || ' ' || run_id from ferry.events
                 where event in ('run_started', 'run_succeeded') order by id
                """)
            #expect(order == runs.flatMap { ["run_started \($0)", "run_succeeded \($0)"] })
        }
    }
}
