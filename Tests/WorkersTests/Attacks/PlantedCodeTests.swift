import Postgres
import TestSupport
import Testing

extension Attacks {
    @Suite("Code that a client plants in the queue's database", .timeLimit(.minutes(15)))
    struct PlantedCodeTests {
        /// Signatures that fit calls of Ferry's better than what `pg_catalog` has.
        private static let functions = [
            "to_char(date, text)", "format(text, text)", "format(text, text, text)",
            "format(text, text, text, text)", "concat_ws(text, text, text)",
            "concat_ws(text, text)", "jsonb_build_object(text, text)", "quote_ident(name)",
            "coalesce_text(text)", "md5(name)", "hashtextextended(text, integer)",
            "array_length(text[], bigint)", "now(text)",
        ]

        @Test func `is run by no worker`() async throws {
            try await Scene.with { scene in
                let role = try await scene.role()
                try await scene.queue.run(
                    """
                    grant create on schema public to public;
                    create schema "\(role)" authorization "\(role)";
                    grant usage on schema "\(role)" to public;
                    """)
                let attacker = try await scene.connect(as: role)
                // The test's own questions are not what is attacked.
                try await scene.queue.run("set search_path = pg_catalog")
                for schema in ["public", "\"\(role)\""] {
                    for signature in Self.functions {
                        try await attacker.run(
                            """
                            create function \(schema).\(signature) returns text language plpgsql
                                as $$ begin raise exception 'trapped %', current_user; end $$
                            """)
                    }
                    for type in ["text", "bigint", "text[]"] {
                        try await attacker.run(
                            """
                            create function \(schema).trap(\(type), \(type)) returns boolean
                                language plpgsql
                                as $$ begin raise exception 'trapped %', current_user; end $$;
                            create operator \(schema).= (function = \(schema).trap,
                                leftarg = \(type), rightarg = \(type));
                            create operator \(schema).@> (function = \(schema).trap,
                                leftarg = \(type), rightarg = \(type));
                            """)
                    }
                    // Where tables and views are looked for.
                    for name in ["commands", "command_queue", "events", "runs", "workers"] {
                        try await attacker.run("create table \(schema).\(name) (id bigint)")
                    }
                }
                // As a database may be set that others use, too.
                try await scene.queue.run(
                    """
                    do $$ begin
                        execute format('alter database %I set search_path = %I, public, pg_catalog',
                                       current_database(), '\(role)');
                    end $$
                    """)

                let worker = try await scene.startLimited()
                try await scene.configure(tables: #"["public.customers"]"#)
                try await scene.othersRun()
                let id = try await attacker.send("create_data_export", #"{"name": "a"}"#)
                #expect(try await scene.outcome(of: id).code == "permission_denied")

                #expect(!worker.log.contains("trapped"))
                await attacker.close()
            }
        }
    }
}
