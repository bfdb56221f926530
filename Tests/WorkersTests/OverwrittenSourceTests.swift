import Postgres
import TestSupport
import Testing

@Suite("A delivery into the database that it was read from", .timeLimit(.minutes(15)))
struct OverwrittenSourceTests {
    @Test(arguments: ["truncate", "replace"])
    func `is refused where it would overwrite the tables that it reads`(mode: String) async throws {
        try await Scene.with { scene in
            // Another name of the same database: by its own the orchestration would be refused.
            try scene.give("test_again", scene.sourceURL)
            _ = try scene.start("worker")
            try await scene.configure(
                kind: "postgres",
                settings: #"{"credential": "test_again", "schema": "public"}"#,
                tables: #"["customers"]"#,
                template: #"{"format": "table", "mode": "\#(mode)"}"#)
            let rows = try await scene.source.number("select count(*) from public.customers")

            let run = try await scene.run()
            try await scene.reaches("failed", run)

            let reported = try await scene.error(of: run)
            #expect(reported.hasPrefix("destination_not_allowed: "), "\(reported)")
            #expect(
                reported.contains("it is the table that the rows are read from"), "\(reported)"
            )
            #expect(
                try await scene.source.number("select count(*) from public.customers") == rows)
        }
    }

    @Test func `is refused where partitions of its table are what it reads`() async throws {
        try await Scene.with(
            tables: """
                create schema crm;
                create table public.items (n int primary key) partition by range (n);
                create table crm.items partition of public.items for values from (0) to (10);
                insert into public.items select generate_series(0, 9)
                """
        ) { scene in
            _ = try scene.start("worker")
            try await scene.configure(
                kind: "postgres", settings: #"{"credential": "test_source", "schema": "crm"}"#,
                tables: #"["items"]"#, template: #"{"format": "table", "mode": "truncate"}"#)

            let run = try await scene.run()
            try await scene.reaches("failed", run)

            let reported = try await scene.error(of: run)
            #expect(
                reported.contains("shares partitions or inheriting tables with it"), "\(reported)")
            #expect(try await scene.source.number("select count(*) from public.items") == 10)
        }
    }
}
