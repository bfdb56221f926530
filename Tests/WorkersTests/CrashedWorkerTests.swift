import Foundation
import TestSupport
import Testing

@Suite("A worker that crashes", .timeLimit(.minutes(15)))
struct CrashedWorkerTests {
    @Test(arguments: [SIGILL, SIGSEGV, SIGABRT])
    func `is gone at once, and its work is taken over`(signal: Int32) async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            // Longer than any test waits: it is missed because its session has ended.
            let victim = try scene.start("victim", lease: 3600)
            try await scene.configure(tables: #"["held"]"#)
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)
            _ = try scene.start("heir")

            victim.signal(signal)

            #expect(try await victim.end() == .signal(signal))
            await held.open()
            try await scene.reaches("succeeded", run)
            #expect(try scene.delivered.lines(of: HeldTable.name, run: run).count == 20_001)
        }
    }
}
