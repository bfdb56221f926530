import Foundation
import Postgres
import PrivateServer
import TestSupport
import Testing
import Values

@Suite("A source whose host name connects to several servers", .timeLimit(.minutes(15)))
struct SeveralServersTests {
    /// A unix socket that leads to one server, then to another, as a balancing name does.
    private struct Name {
        let folder = NSTemporaryDirectory() + "ferry-name-\(UUID())"
        let url: String
        private var socket: String { folder + "/.s.PGSQL.5432" }

        init(database: String) throws {
            url = "host='\(folder)' port=5432 dbname='\(database)' user=ferry"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        }

        func lead(to server: PrivateServer) throws {
            try? FileManager.default.removeItem(atPath: socket)
            try FileManager.default.createSymbolicLink(
                atPath: socket, withDestinationPath: "\(server.host)/.s.PGSQL.\(server.port)")
        }
    }

    @Test func `fails its runs, once they were retried for long enough, and says why`()
        async throws
    {
        try await Scene.with { scene in
            let database = try #require(
                try await scene.source.text("select current_database()"))
            let first = try await TestServer.shared
            let second = try await PrivateServer.start()
            let result = await Task {
                let admin = try await Connection.connect(
                    ConnectionOptions(second.url(database: "postgres")))
                try await admin.run("create database \(quoteIdentifier(database))")
                await admin.close()
                let name = try Name(database: database)
                defer { try? FileManager.default.removeItem(atPath: name.folder) }
                try name.lead(to: first)
                let worker = try scene.start(
                    "worker", failpoint: "run.before_open:stop", retryFor: 2,
                    environment: ["FERRY_CREDENTIAL_TEST_SOURCE": name.url])
                try await scene.configure(tables: #"["customers"]"#)
                let run = try await scene.run()
                // It holds the snapshot, and has read nothing yet.
                try await worker.frozen()

                try name.lead(to: second)
                worker.thaw()

                try await scene.reaches("failed", run)
                let reported = try await scene.error(of: run)
                #expect(reported.hasPrefix("source_unavailable: "), "\(reported)")
                #expect(reported.contains("connects to several servers"), "\(reported)")
            }.result
            await second.stop()
            try result.get()
        }
    }
}
