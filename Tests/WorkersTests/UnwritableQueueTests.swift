import Foundation
import Migrations
import Postgres
import PrivateServer
import TestSupport
import Testing

@Suite("A worker whose queue takes no writes", .timeLimit(.minutes(15)))
struct UnwritableQueueTests {
    @Test func `waits until it does, and says so`() async throws {
        try await Scene.with { scene in
            let worker = try scene.start("worker")
            try await scene.registered("worker")
            let name = try #require(try await scene.queue.text("select current_database()"))
            try await scene.queue.run(
                "alter database \(name) set default_transaction_read_only = on")
            try await endSessions(in: scene)

            try await eventually(within: .seconds(60), "it says that it cannot write") {
                worker.log.contains("read-only transaction")
            }
            try await scene.queue.run("set default_transaction_read_only = off")
            try await scene.queue.run("alter database \(name) reset all")
            try await endSessions(in: scene)

            try await scene.apply("create_data_export", #"{"name": "Afterwards"}"#)
            #expect(worker.isRunning)
        }
    }

    @Test func `waits for the promotion of a standby`() async throws {
        let primary = try await PrivateServer.start(
            settings: ["wal_level": "replica", "max_wal_senders": "4"])
        do {
            let administrator = Console(primary.url(database: "postgres"))
            try await administrator.query("create database queue")
            await administrator.close()
            let connection = try await Connection.connect(
                ConnectionOptions(primary.url(database: "queue")))
            _ = try await Migrator(connection).migrate()
            await connection.close()
            let standby = try await PrivateServer.startStandby(of: primary)
            do {
                try await failedOver(from: primary, to: standby)
                await standby.stop()
            } catch {
                await standby.stop()
                throw error
            }
            await primary.stop()
        } catch {
            await primary.stop()
            throw error
        }
    }

    private func failedOver(
        from primary: PrivateServer, to standby: PrivateServer
    ) async throws {
        let both =
            "host=\(primary.host),\(standby.host) port=\(primary.port),\(standby.port) "
            + "dbname=queue user=ferry"
        try await TestDatabase.with(template: SampleTables.templateName) { source in
            let scene = try Scene(queue: standby.url(database: "queue"), source: source.url)
            try await scene.play { scene in
                let worker = try scene.start("worker", queueURL: both)
                try await scene.registered("worker")
                await primary.kill()

                try await eventually(within: .seconds(60), "it has met the standby") {
                    worker.log.contains("recovery") || worker.log.contains("read-only")
                }
                try await scene.queue.query("select pg_promote()")

                try await scene.apply("create_data_export", #"{"name": "Afterwards"}"#)
                #expect(worker.isRunning)
            }
        }
    }

    private func endSessions(in scene: Scene) async throws {
        try await scene.queue.query(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()
            """)
    }
}

@Suite("A worker that is refused", .timeLimit(.minutes(15)))
struct RefusedWorkerTests {
    @Test func `at its start ends, and says why`() async throws {
        try await Scene.with { scene in
            let url = try await TestServer.shared.url(database: "nowhere")
            let worker = try scene.start("worker", queueURL: url)

            #expect(try await worker.end() == .exit(69))
            #expect(worker.log.contains(#"database "nowhere" does not exist"#))
        }
    }

    @Test func `while it works continues as soon as it is let in`() async throws {
        try await Scene.with { scene in
            let role = "worker_\(UUID().uuidString.prefix(8).lowercased())"
            try await scene.queue.run(
                "create role \(role) login; grant ferry_worker to \(role)")
            let name = try #require(try await scene.queue.text("select current_database()"))
            let worker = try scene.start(
                "worker", queueURL: try await TestServer.shared.url(database: name, user: role))
            try await scene.registered("worker")

            try await scene.queue.run("alter role \(role) nologin")
            try await scene.queue.query(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1",
                [.text(role)])
            try await eventually(within: .seconds(60), "it says that it is not let in") {
                worker.log.contains("not permitted to log in")
            }
            try await scene.queue.run("alter role \(role) login")

            try await scene.registered("worker", times: 2)
            #expect(worker.isRunning)
            worker.signal(SIGTERM)
            _ = try await worker.end()
            try await scene.queue.run("drop role \(role)")
        }
    }
}
