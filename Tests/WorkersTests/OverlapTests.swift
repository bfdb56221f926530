import Foundation
import Manifests
import Postgres
import TestSupport
import Testing

@Suite("Runs of one orchestration", .timeLimit(.minutes(15)))
struct OverlapTests {
    @Test func `wait for one another in their order, whatever workers are free`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            for name in ["one", "two", "three"] { _ = try scene.start(name) }
            try await scene.configure(tables: #"["held"]"#)
            try await scene.addExport("Other", tables: #"["customers"]"#)
            let held = try await HeldTable.close(in: scene.source)
            var runs = [try await scene.run()]
            try await HeldTable.isReached(in: scene.source)
            for _ in 1...3 { runs.append(try await scene.run()) }
            // Workers are free: a run of another orchestration is carried out meanwhile.
            let other = try await scene.run("Other")
            try await scene.reaches("succeeded", other)
            for run in runs.dropFirst() { #expect(try await scene.state(of: run) == "queued") }

            await held.open()

            for run in runs { try await scene.reaches("succeeded", run) }
            let order = try await scene.queue.texts(
                """
                select id::text from ferry.runs where orchestration = 'Daily customers'
                 order by started_at
                """)
            #expect(order == runs.map(String.init))
            #expect(
                try await scene.queue.number(
                    """
                    select count(*) from ferry.runs as a join ferry.runs as b
                        on a.orchestration = b.orchestration and a.id < b.id
                       and b.started_at < a.finished_at
                    """) == 0)
        }
    }
}
