import Foundation
import Manifests
import Postgres
import TestSupport
import Testing
import Values

@Suite("A sandbox", .timeLimit(.minutes(15)))
struct SandboxTests {
    @Test func `is changed, tried in quarantine, pulled and promoted`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("w")
            try await scene.configure(tables: #"["public.customers", "public.parts"]"#)
            try await scene.apply("create_sandbox", #"{"name": "Spring: CRM"}"#)

            try await scene.choose(#"["public.customers"]"#, in: "Spring: CRM")
            let trial = try await scene.run(in: "spring: crm")
            try await scene.reaches("succeeded", trial)
            let quarantine = "_sandbox/Spring%3A CRM/Daily customers/"
            #expect(scene.delivered.visible.allSatisfy { $0.hasPrefix(quarantine) })
            #expect(scene.delivered.visible.contains(quarantine + "latest.json"))
            #expect(
                try scene.delivered.manifest().files.compactMap(\.table?.name) == ["customers"])
            #expect(try scene.delivered.manifest().environment == "Spring: CRM")

            try await scene.choose(#"["public.parts"]"#, in: "production")
            let promote = #"{"name": "Spring: CRM", "message": "customers alone"}"#
            let early = try await scene.outcome(of: "promote_sandbox", promote)
            let pull = try await scene.outcome(of: "pull_sandbox", #"{"name": "Spring: CRM"}"#)
            try await scene.apply(
                "pull_sandbox", #"{"name": "Spring: CRM", "keep": "sandbox"}"#)
            try await scene.apply("promote_sandbox", promote)
            #expect(early.code == "sandbox_behind")
            #expect(pull.code == "sandbox_conflict")

            let run = try await scene.run()
            try await scene.reaches("succeeded", run)
            let manifest = try scene.delivered.manifest(of: run)
            #expect(manifest.files.compactMap(\.table?.name) == ["customers"])
            #expect(manifest.environment == "production")
            #expect(scene.delivered.visible.contains("Daily customers/latest.json"))
            #expect(
                try await scene.queue.texts(
                    "select version::text from ferry.runs order by id") == ["2", "3"])
        }
    }

    @Test func `is planned and tested where it delivers`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("w")
            try await scene.configure(tables: #"["public.customers"]"#)
            try await scene.apply("create_sandbox", #"{"name": "Try"}"#)
            // What is in its place keeps the quarantine from being made.
            try FileManager.default.createDirectory(
                atPath: scene.destination + "/_sandbox", withIntermediateDirectories: false)
            let path = scene.destination + "/_sandbox/Try"
            try Data().write(to: URL(filePath: path))

            let test = try await scene.outcome(
                of: try await scene.send("test_destination", #"{"name": "lake"}"#, in: "Try"))
            let production = try await scene.outcome(
                of: "test_destination", #"{"name": "lake"}"#)
            try FileManager.default.removeItem(atPath: path)
            let again = try await scene.outcome(
                of: try await scene.send("test_destination", #"{"name": "lake"}"#, in: "Try"))

            #expect(test.code == "destination_test_failed")
            #expect(test.message?.contains("_sandbox/Try") == true)
            #expect(production.state == "applied")
            #expect(again.state == "applied")
        }
    }

    @Test(arguments: RemotePlace.Kind.allCases)
    func `delivers below a prefix of its own at a server`(_ kind: RemotePlace.Kind) async throws {
        try await Scene.with { scene in
            let place = try RemotePlace(kind, in: scene)
            _ = try scene.start("w", for: place)
            try await scene.configure(at: place, tables: #"["public.customers"]"#)
            try await scene.apply("create_sandbox", #"{"name": "Try"}"#)

            let trial = try await scene.run(in: "Try")
            try await scene.reaches("succeeded", trial)
            let delivered = try place.delivered()
            let published = delivered.visible.filter { !$0.contains("/.staging/") }
            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            #expect(published.count == 3)
            #expect(published.allSatisfy { $0.hasPrefix("_sandbox/Try/Daily customers/") })
            #expect(try delivered.manifest(of: trial).files.count == 1)
            #expect(try place.delivered().manifest(of: run).files.count == 1)
            try await eventually("nothing is staged in quarantine") {
                try !place.delivered().visible.contains { $0.contains("/.staging/") }
            }
        }
    }

    @Test(arguments: ["replace", "truncate"])
    func `fills the tables of a schema of its own`(_ mode: String) async throws {
        try await Scene.with { scene in
            try await TestDatabase.withEmpty { database in
                let target = Console(database.url)
                let columns = try await scene.source.text(
                    """
                    select string_agg(format('%I %s', attname,
                                             format_type(atttypid, atttypmod)), ', '
                                      order by attnum)
                      from pg_attribute
                     where attrelid = 'public.customers'::regclass and attnum > 0
                    """)
                try await target.run(
                    "create schema dw; create table dw.customers (\(columns ?? ""));")
                _ = try scene.start(
                    "w",
                    environment: ["FERRY_CREDENTIAL_TEST_TARGET": target.url + " password='x'"])
                try await scene.configure(
                    kind: "postgres",
                    settings: #"{"credential": "test_target", "schema": "dw"}"#,
                    tables: #"["public.customers"]"#,
                    template: #"{"format": "table", "mode": "\#(mode)"}"#)
                try await scene.apply("create_sandbox", #"{"name": "Try"}"#)

                for _ in 1...2 {
                    let trial = try await scene.run(in: "Try")
                    try await scene.reaches("succeeded", trial)
                }

                let count = #"select count(*) from "_sandbox_Try_dw".customers"#
                #expect(try await target.number(count) == 3000)
                #expect(try await target.number("select count(*) from dw.customers") == 0)
                await target.close()
            }
        }
    }

    @Test func `is promoted whole, or not at all, when the worker is killed`() async throws {
        try await Scene.with { scene in
            let first = try scene.start("first")
            try await scene.configure(tables: #"["public.customers"]"#)
            try await scene.apply("create_sandbox", #"{"name": "Try"}"#)
            try await scene.choose(#"["public.parts"]"#, in: "Try")
            first.signal(SIGTERM)
            #expect(try await first.end() == .exit(0))
            let configuration = """
                select string_agg(d::text, ',' order by d::text) from ferry_state.object_definitions
                    as d where environment = 'production'
                """
            let before = try await scene.queue.text(configuration)

            let id = try await scene.send(
                "promote_sandbox", #"{"name": "Try", "message": "m", "delete": true}"#)
            let victim = try scene.start("victim", failpoint: "commands.before_commit")
            #expect(try await victim.end() == .signal(SIGKILL))
            #expect(try await scene.queue.text(configuration) == before)
            #expect(try await scene.queue.number("select count(*) from ferry.sandboxes") == 1)
            _ = try scene.start("heir")

            #expect(try await scene.outcome(of: id).state == "applied")
            #expect(
                try await scene.queue.text("select tables::text from ferry.data_exports")
                    == #"["public.parts"]"#)
            #expect(try await scene.queue.number("select count(*) from ferry.sandboxes") == 0)
        }
    }

    @Test func `is checked by the workers repeatedly`() async throws {
        try await Scene.with { scene in
            let problems = "select message from ferry.sandbox_problems where severity = 'error'"
            _ = try scene.start("w", arguments: ["--sandbox-check-interval", "1"])
            try await scene.configure(tables: #"["public.customers"]"#)
            try await scene.apply("create_sandbox", #"{"name": "Try"}"#)

            try await scene.source.run("alter table public.customers rename to clients")
            try await eventually("the table is missed") {
                try await scene.queue.texts(problems).count == 1
            }
            try await scene.source.run("alter table public.clients rename to customers")

            try await eventually("the table is found again") {
                try await scene.queue.texts(problems).isEmpty
            }
        }
    }

    @Test func `is shown beside production by the program`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("w")
            try await scene.configure(tables: #"["public.customers"]"#)
            try await scene.apply("create_sandbox", #"{"name": "Try"}"#)
            try await scene.choose(#"["public.parts"]"#, in: "Try")
            try await scene.apply(
                "register_database", #"{"name": "web", "credential": "web"}"#)
            func program(_ name: String, _ arguments: [String]) async throws -> String {
                let program = try WorkerProcess(
                    name: name, arguments, environment: ["FERRY_DATABASE_URL": scene.queueURL],
                    log: scene.folder + "/" + name)
                #expect(try await program.end() == .exit(name == "none" ? 66 : 0))
                return program.log
            }

            let diff = try await program("diff", ["sandbox", "diff", "TRY"])
            let list = try await program("list", ["sandboxes"])
            let lines = try await program(
                "lines", ["sandbox", "diff", "Try", "--output", "ndjson"])
            let none = try await program("none", ["sandbox", "diff", "Trial"])

            #expect(
                diff == """
                    sandbox "Try" changed
                      ~ data export "Daily customers"
                          tables: ["public.customers"] → ["public.parts"]
                    production changed (to be pulled)
                      + database "web"
                          credential: "web"

                    """)
            #expect(list.hasPrefix("NAME  CHANGES  IN SYNC"))
            #expect(lines.split(separator: "\n").count == 2)
            #expect(none.contains("there is no sandbox \"Trial\""))
        }
    }
}

extension Scene {
    /// Sends a command to an environment and returns its id.
    fileprivate func send(
        _ command: String, _ arguments: String, in environment: String
    ) async throws -> Int64 {
        try await queue.query(
            """
            insert into ferry.commands (command, arguments, environment)
            values ($1, $2::jsonb, $3) returning id
            """, [.text(command), .text(arguments), .text(environment)])[0][0].int64()
    }

    /// Activates the export with other tables.
    fileprivate func choose(_ tables: String, in environment: String) async throws {
        for (command, arguments) in [
            ("edit_data_export", #"{"name": "Daily customers", "tables": \#(tables)}"#),
            ("activate_data_export", #"{"name": "Daily customers"}"#),
        ] {
            let outcome = try await outcome(of: try await send(command, arguments, in: environment))
            guard outcome.state == "applied" else { throw NotApplied(outcome: outcome) }
        }
    }

    /// Starts a run in an environment and returns its id.
    func run(in environment: String) async throws -> Int64 {
        let id = try await send(
            "run_orchestration", #"{"name": "Daily customers"}"#, in: environment)
        let outcome = try await outcome(of: id)
        guard outcome.state == "applied" else { throw NotApplied(outcome: outcome) }
        return id
    }
}
