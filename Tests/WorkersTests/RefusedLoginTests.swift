import Foundation
import Postgres
import PrivateServer
import TestSupport
import Testing

@Suite("A source that refuses the login", .timeLimit(.minutes(15)))
struct RefusedLoginTests {
    /// Only a person can change that; asking again may lock the role.
    @Test func `is asked once, and the command is rejected`() async throws {
        let server = try await PrivateServer.start()
        do {
            try await demandPasswords(on: server)
            try await Scene.with { scene in
                _ = try scene.start("worker")
                try scene.give(
                    "crm", server.url(database: "postgres", user: "reader") + " password=wrong")
                try await scene.apply(
                    "register_database", #"{"name": "crm", "credential": "crm"}"#)

                let outcome = try await scene.outcome(
                    of: "create_data_export",
                    #"{"name": "X", "database": "crm", "tables": ["a"]}"#)

                #expect(outcome.state == "rejected")
                #expect(outcome.message?.contains("password authentication failed") == true)
            }
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    private func demandPasswords(on server: PrivateServer) async throws {
        let administrator = Console(server.url(database: "postgres"))
        let folder = try await administrator.text("select current_setting('data_directory')") ?? ""
        try await administrator.run(
            """
            create role reader login password 'right';
            copy (values ('local all reader scram-sha-256'), ('local all all trust'))
              to '\(folder)/pg_hba.conf';
            select pg_reload_conf();
            """)
        await administrator.close()
        let wrong = Console(server.url(database: "postgres", user: "reader") + " password=wrong")
        try await eventually("the server demands passwords") {
            do {
                try await wrong.another().close()
                return false
            } catch {
                return true
            }
        }
    }
}
