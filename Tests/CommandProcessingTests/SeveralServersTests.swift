import Foundation
import Postgres
import PrivateServer
import TestSupport
import Testing
import Values

/// A server and its standby, both behind one name.
@Suite(
    "A command on a source whose credential connects to several servers", .timeLimit(.minutes(15)))
struct SeveralServersTests {
    private struct Servers {
        let primary: PrivateServer
        let standby: PrivateServer
        let proxy: BalancingProxy

        var both: [Int] { [primary.port, standby.port] }
        var url: String {
            "host=127.0.0.1 port=\(proxy.port) dbname=postgres user=ferry sslmode=disable"
        }
    }

    private func with(_ body: (CommandScene, Servers) async throws -> Void) async throws {
        let primary = try await PrivateServer.start(
            settings: [
                "wal_level": "replica", "max_wal_senders": "4", "listen_addresses": "127.0.0.1",
            ])
        var standby: PrivateServer?
        do {
            let admin = try await Connection.connect(
                ConnectionOptions(primary.url(database: "postgres")))
            try await admin.run("create table public.a ()")
            await admin.close()
            let started = try await PrivateServer.startStandby(of: primary)
            standby = started
            let servers = Servers(
                primary: primary, standby: started,
                proxy: try BalancingProxy(to: [primary.port]))
            try await CommandScene.with { scene in
                try scene.keep(servers.url, as: "balanced")
                try await body(scene, servers)
            }
            await started.stop()
            await primary.stop()
        } catch {
            await standby?.stop()
            await primary.stop()
            throw error
        }
    }

    private static let message =
        "credential \"balanced\" connects to several servers, but all tables of a run must be read "
        + "from one snapshot of one server"
    private static let hint =
        "use a connection string of one server, without a pooler or host name that distributes "
        + "connections; then resend the command"

    @Test func `is rejected when it registers the database`() async throws {
        try await with { scene, servers in
            servers.proxy.lead(to: servers.both)
            let id = try await scene.send(
                "register_database", ["name": "Two", "credential": "balanced"])
            try await scene.processor().drain()

            let status = try await scene.status(id)
            #expect(status.state == "rejected")
            #expect(status.code == "database_unavailable")
            #expect(status.message == Self.message)
            #expect(status.hint == Self.hint)
        }
    }

    @Test func `is rejected when it activates, and applied once there is one server`()
        async throws
    {
        try await with { scene, servers in
            let processor = try await scene.processor()
            try await scene.send("register_database", ["name": "Two", "credential": "balanced"])
            try await scene.send(
                "create_data_export", ["name": "X", "database": "Two", "tables": ["a"]])
            try await processor.drain()

            servers.proxy.lead(to: servers.both)
            let rejected = try await scene.send("activate_data_export", ["name": "X"])
            try await processor.drain()
            servers.proxy.lead(to: [servers.standby.port])
            let applied = try await scene.send("activate_data_export", ["name": "X"])
            try await processor.drain()

            #expect(try await scene.status(rejected).message == Self.message)
            #expect(try await scene.status(applied).state == "applied")
        }
    }
}
