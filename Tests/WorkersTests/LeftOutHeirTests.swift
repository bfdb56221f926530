import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A table from which others inherit", .timeLimit(.minutes(15)))
struct LeftOutHeirTests {
    private static let tables = """
        create table public.parent (id int);
        create table public.kid (more text) inherits (public.parent);
        create table public.grandkid () inherits (public.kid);
        create table public.empty_kid () inherits (public.parent);
        insert into public.kid values (1, 'x');
        insert into public.grandkid values (2, 'y');
        analyze;
        """

    @Test func `is sent with a warning of the rows that are not its own`() async throws {
        try await Scene.with(tables: Self.tables) { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["parent", "kid"]"#)
            let message = """
                table "public.kid": 1 inheriting table has rows that are not included \
                ("public.grandkid"); add it to the data export to send them
                """

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let warnings = try await scene.queue.texts(
                """
                select concat_ws(' ', w ->> 'code', w -> 'table' ->> 'name', w ->> 'message')
                  from ferry.runs, jsonb_array_elements(warnings) as w where id = $1 order by 1
                """, [.int(run)])
            #expect(
                warnings == [
                    "heirs_left_out kid \(message)",
                    "heirs_left_out parent "
                        + message.replacing("\"public.kid\"", with: "\"public.parent\""),
                ])
            let reported = try await scene.queue.texts(
                """
                select details ->> 'message' from ferry.events
                 where run_id = $1 and event = 'run_warned' order by 1
                """, [.int(run)])
            #expect(reported.first == message)
        }
    }

    @Test func `is planned with that warning`() async throws {
        try await Scene.with(tables: Self.tables) { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["parent", "kid", "grandkid"]"#)
            try await scene.apply("plan_run", #"{"name": "Daily customers"}"#)
            #expect(
                try await scene.queue.texts(
                    "select table_name from ferry.run_plans where warning is not null") == [])
        }
        try await Scene.with(tables: Self.tables) { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["kid"]"#)
            try await scene.apply("plan_run", #"{"name": "Daily customers"}"#)
            #expect(
                try await scene.queue.texts(
                    "select table_name from ferry.run_plans where warning like '%grandkid%'")
                    == ["kid"])
        }
    }
}
