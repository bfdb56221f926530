import Foundation
import Manifests
import TestSupport
import Testing

@Suite("A worker killed", .timeLimit(.minutes(15)))
struct KilledWorkerTests {
    static let places = [
        "commands.before_commit", "commands.after_commit", "run.before_claim_commit",
        "run.claimed", "run.before_open", "task.copying", "task.staged", "task.staged@3",
        "run.before_intent",
        "run.after_intent", "publish.first_file_moved", "publish.before_manifest",
        "publish.before_success_file", "publish.before_rename", "publish.after_rename",
        "publish.before_latest", "publish.after_latest", "run.before_completion",
    ]

    @Test(arguments: places)
    func `leaves what another brings to the same end`(at place: String) async throws {
        let expected = try await UndisturbedRun.hashes.value
        try await Scene.with { scene in
            let victim = try scene.start("victim", failpoint: place)
            async let started = {
                try await scene.configure(template: UndisturbedRun.template)
                return try await scene.run()
            }()
            #expect(try await victim.end() == .signal(SIGKILL))

            _ = try scene.start("heir")
            let run = try await started
            try await scene.reaches("succeeded", run)

            #expect(try scene.delivered.hashes == expected)
            _ = try scene.delivered.manifest()
            #expect(try scene.delivered.latest() == run)
            try await nothingStaged(in: scene)
            try await eachCommandEndedOnce(in: scene)
            #expect(try await scene.events(of: run).filter { $0 == "run_succeeded" }.count == 1)
        }
    }

    private func eachCommandEndedOnce(in scene: Scene) async throws {
        #expect(
            try await scene.queue.texts(
                """
                select c.command || ': ' || string_agg(coalesce(o.state, 'none'), ', ')
                  from ferry_state.commands as c
                  left join ferry_state.command_outcomes as o on o.command_id = c.id
                 group by c.id, c.command having array_agg(o.state) <> array['applied']
                """) == [])
        #expect(try await scene.queue.number("select count(*) from ferry_state.command_queue") == 0)
    }
}

/// Waits until nothing is left of what was not published, which may come after the run's end.
func nothingStaged(in scene: Scene) async throws {
    do {
        try await eventually("nothing is staged") {
            scene.delivered.staged.isEmpty
        }
    } catch {
        Issue.record("staged: \(scene.delivered.staged)")
    }
}

/// What a run delivers when nothing goes wrong.
enum UndisturbedRun {
    static let template = #"{"format": "csv", "success_file": true}"#

    static let hashes = Task {
        let result = Kept<[String: String]>()
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure(template: template)
            let run = try await scene.run()
            try await scene.reaches("succeeded", run)
            let manifest = try scene.delivered.manifest()
            #expect(manifest.files.map(\.rows).sorted() == [0, 2, 500, 999, 3000])
            await result.keep(try scene.delivered.hashes)
        }
        return await result.value ?? [:]
    }
}

private actor Kept<Value: Sendable> {
    private(set) var value: Value?

    func keep(_ value: Value) {
        self.value = value
    }
}
