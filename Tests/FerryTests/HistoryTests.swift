import Postgres
import TestSupport
import Testing

@Suite("The history on the command line", .timeLimit(.minutes(15)))
struct HistoryTests {
    private func withHistory(_ body: (Program) async throws -> Void) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run(
                """
                insert into ferry_state.databases
                       (id, environment, name, key, credential, created_by)
                values (1, 'production', 'crm', 'crm', 'crm', 'anna');
                insert into ferry_state.data_exports
                       (id, environment, name, key, version_count, active_version, created_by)
                values (2, 'production', 'Daily', 'daily', 2, 2, 'anna');
                insert into ferry_state.data_export_versions
                       (data_export_id, number, environment, name, database_id, tables,
                        table_settings, activated_by, command_id, activated_at)
                values (2, 1, 'production', 'Daily', 1, '["public.a"]', '{}', 'anna', 3,
                        '2026-01-31 12:00Z'),
                       (2, 2, 'production', 'Daily', 1, '["public.b"]',
                        '{"public.b": {"filter": "true"}}', 'ben', 5, '2026-02-01 12:00Z');
                insert into ferry_state.object_versions
                       (kind, object_id, number, environment, name, destination, definition,
                        actor, command_id, at)
                values ('data_template', 7, 1, 'production', 'CSV', 'Lake', null, 'ben', 9,
                        '2026-02-02 12:00Z');
                """)
            try await body(try await Program(database, as: .viewer))
        }
    }

    @Test func `lists the versions of a data export and what each changed`() async throws {
        try await withHistory { program in
            let history = try await program.run("export", "history", "daily")

            #expect(
                history.output == """
                    VERSION  AT                   BY    COMMAND  DATABASE  TABLES  CHANGED
                          2  2026-02-01 12:00:00  ben         5  crm            1  \
                    table_settings, tables
                          1  2026-01-31 12:00:00  anna        3  crm            1  new

                    """)
            #expect(try await program.run("export", "history", "Other").status == 66)
        }
    }

    @Test func `lists the changes of everything, or of one kind`() async throws {
        try await withHistory { program in
            let all = try await program.run("history")
            let templates = try await program.run("history", "--kind", "data_template")

            #expect(all.lines.count == 4)
            #expect(
                templates.lines.last
                    == "2026-02-02 12:00:00  data_template  Lake / CSV        1  ben        9  "
                    + "deleted  production")
        }
    }

    @Test func `shows where two versions differ, and says so by its status`() async throws {
        try await withHistory { program in
            let difference = try await program.run("export", "diff", "Daily")
            let backwards = try await program.run("export", "diff", "Daily", "2", "1")

            #expect(difference.status == 0)
            #expect(
                difference.output == """
                    table_settings public.b  (none) → {"filter": "true"}
                    tables                   + public.b
                    tables                   - public.a

                    """)
            #expect(backwards.output.contains("tables                   + public.a\n"))
            let same = try await program.run("export", "diff", "Daily", "2", "--exit-code")
            #expect(same.output == "no differences\n")
            #expect(same.status == 0)
            #expect(
                try await program.run("export", "diff", "Daily", "1", "--exit-code").status == 1)
            let json = try await program.run("export", "diff", "Daily", "--output", "ndjson")
            #expect(json.lines.count == 2)
            #expect(
                json.output.hasPrefix("{\"path\":[\"table_settings\",\"public.b\"],\"old\":null,"))
            let unknown = try await program.run("export", "diff", "Daily", "9")
            #expect(unknown.status == 66)
            #expect(
                unknown.error.hasPrefix(
                    "ferry: data export \"Daily\" has no version 9; it has versions 1 to 2\n"))
        }
    }
}
