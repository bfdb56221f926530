import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

@Suite("A rollback", .timeLimit(.minutes(15)))
struct RollbackTests {
    /// "Daily", whose three versions send a, then b, then c.
    private func withThreeVersions(_ body: (CommandScene) async throws -> Void) async throws {
        try await CommandScene.with { scene in
            try await scene.activate(["Daily"])
            for table in ["b", "c"] {
                try await scene.send(
                    "edit_data_export", ["name": "Daily", "tables": [.string(table)]])
                try await scene.send("activate_data_export", ["name": "Daily"])
            }
            try await scene.processor().drain()
            try await body(scene)
        }
    }

    private func rollBack(_ scene: CommandScene, to version: Int64) async throws -> Int64 {
        let id = try await scene.send(
            "roll_back_data_export", ["name": "daily", "version": .int(version)])
        try await scene.processor().drain()
        return id
    }

    private let active = """
        select 'v' || version || ' ' || tables::text from ferry.data_exports where name = 'Daily'
        """

    @Test func `makes what a version was active at once, as a new one`() async throws {
        try await withThreeVersions { scene in
            let id = try await rollBack(scene, to: 1)

            #expect(try await scene.status(id) == .applied)
            #expect(try await scene.texts(active) == ["v4 [\"public.a\"]"])
            let versions = try await scene.texts(
                "select version || ' ' || tables::text from ferry.data_export_versions order by 1")
            #expect(
                versions == [
                    "1 [\"public.a\"]", "2 [\"public.b\"]", "3 [\"public.c\"]",
                    "4 [\"public.a\"]",
                ])
            let event = try await scene.texts(
                """
                select event || ' ' || (details - 'warning')::text from ferry.events
                 where command_id = $1
                """, [.int(id)])
            #expect(
                event == [
                    "data_export_rolled_back {\"version\": 4, \"replaced\": 3, \"restored\": 1}"
                ])
        }
    }

    @Test func `leaves a draft, whose activation is refused`() async throws {
        try await withThreeVersions { scene in
            try await scene.send("add_tables", ["name": "Daily", "tables": ["a"]])
            let id = try await rollBack(scene, to: 2)
            let activation = try await scene.send("activate_data_export", ["name": "Daily"])
            try await scene.processor().drain()

            #expect(try await scene.status(id) == .applied)
            let draft = try await scene.texts("select draft_tables::text from ferry.data_exports")
            #expect(draft == ["[\"public.a\", \"public.c\"]"])
            #expect(try await scene.status(activation).code == "version_changed")
        }
    }

    @Test func `checks the tables as they are now`() async throws {
        try await withThreeVersions { scene in
            try await scene.admin.run("drop table public.b")
            let id = try await rollBack(scene, to: 2)

            #expect(
                try await scene.status(id).message
                    == "cannot roll back \"Daily\" to version 2: tables missing: public.b")
            #expect(try await scene.texts(active) == ["v3 [\"public.c\"]"])
        }
    }

    @Test func `knows the versions of its own batch`() async throws {
        try await CommandScene.with { scene in
            try await scene.send(
                "create_data_export", ["name": "Daily", "database": "Shop", "tables": ["a"]])
            try await scene.send("activate_data_export", ["name": "Daily"])
            try await scene.send("edit_data_export", ["name": "Daily", "tables": "all"])
            try await scene.send("activate_data_export", ["name": "Daily"])
            let id = try await scene.send(
                "roll_back_data_export", ["name": "Daily", "version": 1])

            try await scene.processor().drain()
            #expect(try await scene.status(id) == .applied)
            #expect(try await scene.texts(active) == ["v3 [\"public.a\"]"])
        }
    }

    @Test func `goes back to another database, if that is still registered`() async throws {
        try await CommandScene.with { scene in
            try await scene.activate(["Daily"])
            try await scene.send(
                "register_database", ["name": "Second", "credential": "shop"])
            try await scene.send(
                "switch_database", ["name": "Daily", "database": "Second", "tables": ["b"]])
            try await scene.send("activate_data_export", ["name": "Daily"])
            try await scene.processor().drain()
            let back = try await rollBack(scene, to: 1)
            let database = "select database from ferry.data_exports"
            #expect(try await scene.status(back) == .applied)
            #expect(try await scene.texts(database) == ["Shop"])

            try await scene.send("unregister_database", ["name": "Second"])
            let inBatch = try await rollBack(scene, to: 2)
            let later = try await rollBack(scene, to: 2)
            for id in [inBatch, later] {
                let status = try await scene.status(id)
                #expect(status.code == "database_not_registered")
                #expect(
                    status.message == "cannot roll back \"Daily\" to version 2: "
                        + "its database is no longer registered")
            }
        }
    }
}

@Suite("The difference of two versions", .timeLimit(.minutes(15)))
struct VersionDifferenceTests {
    @Test func `is read from SQL, by number or by word`() async throws {
        try await CommandScene.with { scene in
            try await scene.activate(["Daily"])
            try await scene.send("add_tables", ["name": "Daily", "tables": ["b"]])
            try await scene.send("activate_data_export", ["name": "Daily"])
            try await scene.send(
                "edit_table",
                ["name": "Daily", "table": "b", "settings": ["filter": "true"]])
            try await scene.processor().drain()
            let viewer = try await scene.database.connect(as: .viewer)
            func difference(_ arguments: String) async throws -> [String] {
                try await viewer.query(
                    """
                    select concat_ws(' ', path, added, removed, old, new)
                      from ferry.data_export_diff(\(arguments))
                    """
                ).map { try $0[0].string() }
            }

            let tables =
                "{tables} [\"public.b\"] [] [\"public.a\"] [\"public.a\", \"public.b\"]"
            #expect(try await difference("'daily'") == [tables])
            #expect(try await difference("'Daily', '1'") == [tables])
            #expect(try await difference("'Daily', 'active', '2'") == [])
            #expect(
                try await difference("'Daily', to_version => 'draft'")
                    == ["{table_settings,public.b} {\"filter\": \"true\"}"])
            for (arguments, message) in [
                ("'X'", "data export \"X\" does not exist or was never activated"),
                ("'Daily', '3'", "data export \"Daily\" has no version 3; it has versions 1 to 2"),
            ] {
                await #expect {
                    try await difference(arguments)
                } throws: { error in
                    guard case PostgresError.server(let error) = error else { return false }
                    return error.sqlState == "FY015" && error.message == message
                }
            }
        }
    }
}
