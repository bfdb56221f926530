import Foundation
import Postgres
import TestSupport
import Testing

@Suite("JSON that readers may refuse, in a run", .timeLimit(.minutes(15)))
struct RefusedValueTests {
    private static let tables = #"""
        create table public.notes (id int, plain json, odd json, large jsonb);
        insert into public.notes values
            (1, '{"a": 1}', '{"a": 1, "a": 2}', '[1]'),
            (2, '{"a": "\ud83d\ude00"}', '"\ud83d"', '[1e400]');
        """#

    private static let message = """
        table "public.notes": column "odd" has halves of surrogate pairs, objects with repeated \
        keys; column "large" has numbers above 1.7e308: JSON that some readers reject or change. \
        It is sent unchanged; to avoid it, use another format or a mask
        """

    @Test func `is sent with a warning`() async throws {
        try await Scene.with(tables: Self.tables) { scene in
            _ = try scene.start("worker")
            try await scene.configure(template: #"{"format": "ndjson"}"#)

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let warnings = try await scene.queue.texts(
                """
                select concat_ws(' ', w ->> 'code', w ->> 'rows', w ->> 'message')
                  from ferry.runs, jsonb_array_elements(warnings) as w where id = $1
                """, [.int(run)])
            #expect(warnings == ["values_readers_refuse 2 \(Self.message)"])
            let reported = try await scene.queue.texts(
                """
                select details ->> 'message' from ferry.events
                 where run_id = $1 and event = 'run_warned'
                """, [.int(run)])
            #expect(reported == [Self.message])
        }
    }

    @Test func `is planned with that warning, and without where no JSON is written`() async throws {
        try await Scene.with(tables: Self.tables) { scene in
            _ = try scene.start("worker")
            try await scene.configure(template: #"{"format": "json"}"#)
            let planned = "select warning from ferry.run_plans where warning is not null"

            try await scene.apply("plan_run", #"{"name": "Daily customers"}"#)
            #expect(try await scene.queue.texts(planned) == [Self.message])

            try await scene.apply(
                "edit_data_template",
                #"{"destination": "lake", "name": "csv", "settings": {"format": "csv"}}"#)
            try await scene.apply("plan_run", #"{"name": "Daily customers"}"#)
            let latest = "select count(warning) from ferry.run_plans group by id order by id"
            #expect(try await scene.queue.query(latest).map { try $0[0].int() } == [1, 0])
        }
    }
}
