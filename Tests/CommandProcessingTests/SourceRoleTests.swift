import Postgres
import TestSupport
import Testing
import Values

/// The source is read as a superuser, or as a role that may only select.
@Suite("A command on a source that is read as a superuser", .timeLimit(.minutes(15)))
struct SourceRoleTests {
    private func warnings(_ scene: CommandScene) async throws -> [String] {
        try await scene.texts(
            """
            select event || ': ' || (details ->> 'warning') from ferry.events
             where details ? 'warning' order by id
            """)
    }

    @Test func `warns that registers, edits or activates`() async throws {
        try await CommandScene.with { scene in
            try scene.keep(scene.database.url, as: "other")
            try await scene.activate(["X"])
            let processor = try await scene.processor()
            let commands: [(String, JSONValue)] = [
                ("edit_data_export", ["name": "X", "tables": ["b"]]),
                ("activate_data_export", ["name": "X"]),
                ("roll_back_data_export", ["name": "X", "version": 1]),
                ("edit_database", ["name": "Shop", "credential": "other"]),
            ]
            for (command, arguments) in commands {
                try await scene.send(command, arguments)
                try await processor.drain()
            }

            let warning =
                "filters and masks run as role \"ferry\" of the source, which is a superuser: "
                + "use a role that can only select the exported tables"
            #expect(
                try await warnings(scene)
                    == [
                        "database_registered", "data_export_activated", "data_export_activated",
                        "data_export_rolled_back", "database_edited",
                    ].map { "\($0): \(warning)" })
            #expect(
                try await scene.texts(
                    "select source_role || excessive_rights::text from ferry.databases")
                    == ["ferry{superuser}"])
        }
    }

    @Test func `has nothing to warn of where the role can only read`() async throws {
        try await CommandScene.with { scene in
            try await scene.admin.run(
                """
                do $$ begin
                    create role test_least_reader login;
                exception when duplicate_object then null;
                end $$;
                grant select on public.a to test_least_reader;
                """)
            // The last of two users counts.
            try scene.keep(scene.database.url + " user=test_least_reader", as: "least")
            let before = try await warnings(scene).count
            try await scene.send("register_database", ["name": "Least", "credential": "least"])
            try await scene.send(
                "create_data_export", ["name": "X", "database": "Least", "tables": ["a"]])
            let last = try await scene.send("activate_data_export", ["name": "X"])
            try await scene.processor().drain()

            #expect(try await scene.status(last) == .applied)
            #expect(try await warnings(scene).count == before)
            #expect(
                try await scene.texts(
                    """
                    select source_role || excessive_rights::text from ferry.databases
                     where name = 'Least'
                    """) == ["test_least_reader{}"])
        }
    }

    @Test func `registers a database that cannot be asked now`() async throws {
        try await CommandScene.with { scene in
            let dead = try ClosedDoor()
            try scene.keep("postgresql://u@127.0.0.1:\(dead.port)/d", as: "dead")
            var sent: [Int64] = []
            for credential in ["dead", "missing"] {
                sent.append(
                    try await scene.send(
                        "register_database",
                        ["name": .string(credential), "credential": .string(credential)]))
            }
            try await scene.processor().drain()

            for id in sent { #expect(try await scene.status(id) == .applied) }
            #expect(
                try await scene.count(
                    "select count(*) from ferry.databases where excessive_rights is null") == 2)
        }
    }
}
