import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A worker that was frozen past its lease", .timeLimit(.minutes(15)))
struct FrozenWorkerTests {
    static let places = [
        "run.claimed", "task.staged", "run.before_intent", "run.after_intent",
        "publish.before_manifest", "publish.before_rename", "run.before_completion",
    ]

    @Test(arguments: places)
    func `changes nothing when it wakes, and works on under a new registration`(
        at place: String
    ) async throws {
        try await Scene.with { scene in
            let zombie = try scene.start("zombie", failpoint: place + ":stop", lease: 1)
            try await scene.configure()
            let run = try await scene.run()
            try await zombie.frozen()
            let heir = try scene.start("heir")
            try await scene.reaches("succeeded", run)
            try await nothingStaged(in: scene)
            let (record, hashes) = (try await scene.record(), try scene.delivered.hashes)

            zombie.thaw()
            try await scene.registered("zombie", times: 2)

            #expect(try await scene.record() == record)
            #expect(try scene.delivered.hashes == hashes)
            heir.signal(SIGTERM)
            #expect(try await heir.end() == .exit(0))
            let next = try await scene.run()
            try await scene.reaches("succeeded", next)
            #expect(zombie.isRunning)
            // What it began to write as it woke goes with the next run to that place.
            try await nothingStaged(in: scene)
        }
    }

    @Test func `releases its commands`() async throws {
        try await Scene.with { scene in
            let zombie = try scene.start(
                "zombie", failpoint: "commands.before_commit:stop", lease: 1)
            let held = try await scene.send("create_data_export", #"{"name": "Held"}"#)
            try await zombie.frozen()
            let behind = try await scene.send("delete_data_export", #"{"name": "Held"}"#)
            _ = try scene.start("heir")

            #expect(try await scene.outcome(of: held).state == "applied")
            #expect(try await scene.outcome(of: behind).state == "applied")
            zombie.thaw()
            try await scene.registered("zombie", times: 2)

            try await scene.apply("create_data_export", #"{"name": "Next"}"#)
            #expect(
                try await scene.queue.text(
                    """
                    select string_agg(event, ' ' order by id) from ferry.events
                     where command_id in ($1, $2)
                    """, [.int(held), .int(behind)])
                    == "data_export_created data_export_deleted")
        }
    }

    @Test func `in the middle of a COPY writes nothing more into what is delivered`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            let zombie = try scene.start("zombie", lease: 1)
            try await scene.configure()
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)
            zombie.signal(SIGSTOP)
            try await zombie.frozen()

            _ = try scene.start("heir")
            try await HeldTable.isReached(in: scene.source, by: 2)
            await held.open()
            try await scene.reaches("succeeded", run)
            let (record, hashes) = (try await scene.record(), try scene.delivered.hashes)
            zombie.thaw()
            try await scene.registered("zombie", times: 2)

            #expect(try await scene.record() == record)
            #expect(try scene.delivered.hashes == hashes)
            let lines = try scene.delivered.lines(of: HeldTable.name, run: run)
            #expect(lines.count == HeldTable.rows + 1)
            try await nothingStaged(in: scene)
        }
    }

    @Test(arguments: [
        ("run.claimed", "run.before_intent"), ("run.claimed", "run.after_intent"),
        ("run.claimed", "publish.first_file_moved"), ("run.before_open", "run.before_open"),
        ("task.staged", "task.staged"),
    ])
    func `changes nothing while its heir is at work, and takes away nothing that it has staged`(
        zombieAt: String, heirAt: String
    ) async throws {
        try await Scene.with { scene in
            let zombie = try scene.start("zombie", failpoint: zombieAt + ":stop", lease: 1)
            try await scene.configure(tables: #"["customers"]"#)
            let run = try await scene.run()
            try await zombie.frozen()
            let heir = try scene.start("heir", failpoint: heirAt + ":stop")
            try await heir.frozen()
            let (record, staged) = (try await scene.record(), scene.delivered.staged)

            zombie.thaw()
            try await scene.registered("zombie", times: 2)

            #expect(try await scene.record() == record)
            #expect(scene.delivered.staged == staged)
            heir.thaw()

            try await scene.reaches("succeeded", run)
            _ = try scene.delivered.manifest()
            try await nothingStaged(in: scene)
        }
    }

    @Test(arguments: ["run.claimed", "task.staged", "run.before_intent", "run.after_intent"])
    func `finishes its work if no other worker has taken over`(frozenAt place: String) async throws
    {
        try await Scene.with { scene in
            let worker = try scene.start("worker", failpoint: place + ":stop", lease: 1)
            try await scene.configure()
            let run = try await scene.run()
            try await worker.frozen()
            try await eventually("its lease runs out") {
                try await scene.queue.number(
                    """
                    select count(*) from ferry.workers
                     where leased_until < clock_timestamp() - interval '0.1 s'
                    """) == 1
            }

            worker.thaw()

            try await scene.reaches("succeeded", run)
            _ = try scene.delivered.manifest()
            try await nothingStaged(in: scene)
        }
    }
}

/// Ends every connection that reads the source, as an administrator or a failover would.
func endReaders(in scene: Scene) async throws {
    try await scene.source.query(
        """
        select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'ferry export'
        """)
}
