import Foundation
import Manifests
import Migrations
import Postgres
import PrivateServer
import TestSupport
import Testing

@Suite("A run whose database server is killed and started again", .timeLimit(.minutes(15)))
struct RestartedServerTests {
    @Test func `succeeds in the end when queue and source are on that server`() async throws {
        let server = try await PrivateServer.start(durable: true)
        do {
            let urls = try await databases(on: server)
            try await interrupted(
                Scene(queue: urls.queue, source: urls.source), bySlaying: server)
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    @Test func `succeeds in the end when only the source is on that server`() async throws {
        let server = try await PrivateServer.start(durable: true)
        do {
            let urls = try await databases(on: server)
            try await TestDatabase.withSchema { queue in
                try await interrupted(
                    Scene(queue: queue.url, source: urls.source), bySlaying: server)
            }
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    private func interrupted(_ scene: Scene, bySlaying server: PrivateServer) async throws {
        try await scene.play(tables: SampleTables.script + HeldTable.script) { scene in
            let workers = [try scene.start("first"), try scene.start("second")]
            try await scene.configure()
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)

            try await server.restart()
            await held.open()

            try await scene.reaches("succeeded", run)
            let rows = try scene.delivered.manifest().files.map(\.rows).sorted()
            #expect(rows == [0, 2, 500, 999, 3000, Int64(HeldTable.rows)])
            for worker in workers { #expect(worker.isRunning) }
            let events = try await scene.events(of: run)
            #expect(events.filter { $0 == "run_succeeded" }.count == 1)
            #expect(events.filter { $0 == "snapshot_taken" }.count >= 2)
        }
    }

    private func databases(
        on server: PrivateServer
    ) async throws -> (queue: String, source: String) {
        let administrator = Console(server.url(database: "postgres"))
        try await administrator.query("create database queue")
        try await administrator.query("create database source")
        await administrator.close()
        let queue = server.url(database: "queue")
        let connection = try await Connection.connect(ConnectionOptions(queue))
        _ = try await Migrator(connection).migrate()
        await connection.close()
        return (queue, server.url(database: "source"))
    }
}

@Suite("A COPY whose backend is terminated", .timeLimit(.minutes(15)))
struct TerminatedBackendTests {
    @Test func `is never mistaken for a whole table, and the run is retried`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["held", "customers"]"#)
            let held = try await HeldTable.close(in: scene.source)
            let run = try await scene.run()
            try await HeldTable.isReached(in: scene.source)

            try await scene.source.query(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                 where application_name = 'ferry export' and query like 'COPY%'
                   and datname = current_database()
                """)
            await held.open()

            try await scene.reaches("succeeded", run)
            let lines = try scene.delivered.lines(of: HeldTable.name, run: run)
            #expect(lines.count == HeldTable.rows + 1)
            #expect(try await scene.events(of: run).contains("run_retrying"))
            try await nothingStaged(in: scene)
        }
    }
}
