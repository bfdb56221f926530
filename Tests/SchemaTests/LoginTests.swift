import Postgres
import TestSupport
import Testing

@Suite("The login of a user in another role", .timeLimit(.minutes(15)))
struct LoginTests {
    /// The owner, acting as alice.
    private func ownerAsAlice(_ database: TestDatabase) async throws -> Connection {
        let connection = try await database.connect()
        try await connection.run("set role test_client_alice")
        return connection
    }

    @Test func `is recorded with the command, which is the actor's`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let both = try await ownerAsAlice(database)
            let alice = try await database.connect(as: .alice)

            let sent = try await both.query(
                """
                insert into ferry.commands (command, arguments)
                values ('create_data_export', '{"name": "a"}') returning actor, login
                """)[0]
            try await alice.create("b")

            #expect(try sent["actor"].string() == "test_client_alice")
            #expect(try sent["login"].string() == "ferry")
            let logins = "select string_agg(login, ' ' order by id) from "
            for view in ["ferry.commands", "ferry.command_status"] {
                #expect(
                    try await alice.text(logins + view) == "ferry test_client_alice")
            }
            // Nothing is stored if no role acted for another.
            #expect(
                try await owner.number(
                    "select count(*) from ferry_state.commands where login is null") == 1)
        }
    }

    @Test func `is recorded with its canceling`() async throws {
        try await TestDatabase.withSchema { database in
            let both = try await ownerAsAlice(database)
            let alice = try await database.connect(as: .alice)
            let id = try await alice.create("a")[0]

            try await both.run("select ferry.cancel_command(\(id))")
            _ = try await database.connect(as: .worker).applyAll()

            #expect(
                try await alice.text("select message from ferry.command_status")
                    == "canceled by test_client_alice (ferry)")
            #expect(
                try await alice.text("select actor || ' ' || login from ferry.events")
                    == "test_client_alice ferry")
        }
    }

    @Test func `is in the message of an alert`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let alice = try await database.connect(as: .alice)
            let id = try await alice.create("a")[0]
            try await owner.run(
                """
                update ferry_state.commands set login = 'test_client_bob';
                insert into ferry_state.runs
                       (id, environment, orchestration_id, orchestration_name, data_export_id,
                        data_export_name, data_export_version, database_id, destination_id,
                        destination_name, inputs, created_by, state)
                select id, 'production', 1, 'o', 1, 'e', 1, 1, 1, 'd', '{}', 'alice', 'queued'
                  from unnest(array[\(id), \(id + 1)]) as id;
                """)
            try await owner.addAlert("Ops", id: 900)

            let logins = try await owner.query(
                """
                select ferry_state.alert_payload('failure', 900, id) #>> '{run,login}'
                  from ferry_state.runs order by id
                """
            ).map { try $0[0].string() }

            // Of a run whose command is not there any more, the actor.
            #expect(logins == ["test_client_bob", "alice"])
        }
    }
}
