import Foundation
import TestSupport
import Testing

@Suite("What a run has staged", .timeLimit(.minutes(15)))
struct StagingTests {
    /// A table that can be described and not be read: a label that its rows hold is gone.
    private static let broken = """
        create type public.tone as enum ('loud');
        create table public.broken as select 'loud'::public.tone as tone;
        delete from pg_catalog.pg_enum where enumlabel = 'loud';
        """

    @Test func `is gone, with its folders, once the run has failed`() async throws {
        try await Scene.with(tables: Self.broken) { scene in
            _ = try scene.start("worker")
            try await scene.configure()

            let run = try await scene.run()
            try await scene.reaches("failed", run)

            #expect(try await scene.error(of: run).contains("invalid internal value for enum"))
            try await nothingStaged(in: scene)
        }
    }

    @Test func `and a dead worker did not remove goes with the next run to that place`()
        async throws
    {
        try await Scene.with(tables: Self.broken) { scene in
            let victim = try scene.start(
                "victim", failpoint: "run.after_failure", concurrency: 1)
            try await scene.configure()
            try await scene.addExport("Customers", tables: #"["customers"]"#)
            let failed = try await scene.run()
            #expect(try await victim.end() == .signal(SIGKILL))
            #expect(try await scene.state(of: failed) == "failed")
            #expect(scene.delivered.staged.contains(".staging/\(failed)"))
            // Of a run that this queue knows nothing about.
            let strange = scene.destination + "/.staging/987654321"
            try FileManager.default.createDirectory(
                atPath: strange, withIntermediateDirectories: true)

            _ = try scene.start("heir")
            try await scene.reaches("succeeded", try await scene.run("Customers"))

            #expect(scene.delivered.staged == [".staging/987654321"])
        }
    }
}
