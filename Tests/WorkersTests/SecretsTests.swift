import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A password in a connection string", .timeLimit(.minutes(15)))
struct SecretsTests {
    @Test func `is seen nowhere, whatever goes right or wrong`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            var environment: [String: String] = [:]
            for (number, url) in Self.broken.enumerated() {
                environment["FERRY_CREDENTIAL_TEST_BROKEN_\(number)"] = url
            }
            let worker = try scene.start("worker", environment: environment)
            try await scene.configure()
            for number in Self.broken.indices {
                try await scene.apply(
                    "register_database",
                    #"{"name": "b\#(number)", "credential": "test_broken_\#(number)"}"#)
                _ = try await scene.send(
                    "create_data_export",
                    #"{"name": "x\#(number)", "database": "b\#(number)", "tables": ["t"]}"#)
            }
            try await eventually(within: .seconds(60), "each was tried") {
                try await scene.queue.number(
                    """
                    select count(*) from ferry_state.command_waits where attempts > 0
                    """)
                    + scene.queue.number(
                        """
                        select count(*) from ferry_state.command_outcomes
                         where state in ('rejected', 'failed')
                        """) >= Self.broken.count
            }
            // A run that fails half-way and is tried again.
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)
            try await endReaders(in: scene)
            await held.open()
            try await scene.reaches("succeeded", run)
            #expect(try await scene.events(of: run).contains("run_retrying"))

            try await notInAnyTable(of: scene)
            #expect(!worker.log.contains(Scene.password))
            try notInFiles(of: scene)
            #if os(Linux)
                #expect(!Self.commandLines().contains { $0.contains(Scene.password) })
            #endif
        }
    }

    /// Right and wrong ways to write a connection string; none of them leads anywhere.
    private static let broken = [
        "host=127.0.0.1 port=1 user=u password=\(Scene.password)",
        "postgres://u:\(Scene.password)@127.0.0.1:1/d",
        "postgres://u:\(Scene.password)@127.0.0.1:nonsense/d",
        "postgres//u:\(Scene.password)@127.0.0.1/d",
        "password=correct horse \(Scene.password)",
        "host=127.0.0.1 password '\(Scene.password)'",
        "password='\(Scene.password)",
        Scene.password,
    ]

    private func notInAnyTable(of scene: Scene) async throws {
        let tables = try await scene.queue.texts(
            """
            select format('%I.%I', schemaname, tablename) from pg_tables
             where schemaname in ('ferry', 'ferry_state')
            """)
        #expect(tables.count > 10)
        for table in tables {
            let rows = try await scene.queue.texts(
                "select t::text from \(table) as t where position($1 in t::text) > 0",
                [.text(Scene.password)])
            #expect(rows == [], "in \(table)")
        }
    }

    private func notInFiles(of scene: Scene) throws {
        let names =
            FileManager.default.enumerator(atPath: scene.folder)?
            .compactMap { $0 as? String } ?? []
        #expect(names.contains { $0.hasSuffix("manifest.json") })
        for name in names {
            let bytes = FileManager.default.contents(atPath: scene.folder + "/" + name) ?? Data()
            #expect(bytes.firstRange(of: Data(Scene.password.utf8)) == nil, "in \(name)")
        }
    }

    /// The arguments of every process, those of PostgreSQL's backends too.
    private static func commandLines() -> [String] {
        let processes = try? FileManager.default.contentsOfDirectory(atPath: "/proc")
        return (processes ?? []).filter { Int($0) != nil }.compactMap {
            FileManager.default.contents(atPath: "/proc/\($0)/cmdline")
                .map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
