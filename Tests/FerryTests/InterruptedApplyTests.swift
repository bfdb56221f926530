import Foundation
import Postgres
import TestSupport
import Testing

@Suite("An apply that is interrupted", .timeLimit(.minutes(15)))
struct InterruptedApplyTests {
    private let before = """
        ferry: 1
        databases: {crm: {credential: crm}}
        data_exports:
          Daily: {database: crm, tables: [orders]}

        """
    /// Adds a table with two masks.
    private let after = """
        ferry: 1
        databases: {crm: {credential: crm}}
        data_exports:
          Daily:
            database: crm
            tables: [orders, customers]
            table_settings:
              customers: {mask: {name: "null", card: "null"}}
          New: {database: crm, tables: [customers], table_settings: {customers: {columns: [id]}}}

        """
    private static let drafts =
        "select string_agg(name, ' ') from ferry.data_exports where status <> 'active'"

    /// Starts an apply without a worker, and returns once its first command waits.
    private func begin(_ scene: ConfigurationScene, _ owner: Connection) async throws -> Running {
        let first = try await scene.apply(before)
        #expect(first.status == 0, "\(first.output)\(first.error)")
        try await scene.stopWorker()
        let running = try scene.program.start(["apply", try scene.file(after)])
        try await waits("edit_data_export", owner)
        return running
    }

    private func waits(_ command: String, _ owner: Connection) async throws {
        try await eventually("\(command) waits") {
            try await owner.query(
                "select count(*) from ferry.unfinished_commands where command = $1",
                [.text(command)])[0][0].int() > 0
        }
    }

    private func goesOn(_ scene: ConfigurationScene, _ owner: Connection) async throws {
        let again = try await scene.apply(after)
        #expect(again.status == 0, "\(again.output)\(again.error)")
        #expect(again.lines.last?.hasPrefix("done: 1 created, 1 changed, none deleted") == true)
        #expect(try await scene.apply(after).output == "nothing to change\n")
        let applying = try await owner.query("select count(*) from ferry.applying")
        #expect(try applying[0][0].int() == 0)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `takes back what it began, and ends with the signal's status`(_ signal: Int32)
        async throws
    {
        try await ConfigurationScene.with { scene in
            let owner = try await scene.database.connect()
            let running = try await begin(scene, owner)

            kill(running.process.processIdentifier, signal)
            try await waits("discard_draft", owner)
            try scene.startWorker()
            let result = try await running.result()

            #expect(result.status == 128 + signal)
            #expect(
                result.error == """
                    ferry: update data export "Daily": interrupted; the change was reverted

                    """)
            #expect(
                result.lines.last == "0 of 2 changes made; apply the file again to continue")
            #expect(try await owner.query(Self.drafts)[0][0].optionalString() == nil)
            try await goesOn(scene, owner)
        }
    }

    @Test func `ends immediately at a second signal`() async throws {
        try await ConfigurationScene.with { scene in
            let owner = try await scene.database.connect()
            let running = try await begin(scene, owner)

            kill(running.process.processIdentifier, SIGINT)
            try await waits("discard_draft", owner)
            kill(running.process.processIdentifier, SIGINT)

            #expect(try await running.result().status == 130)
        }
    }

    @Test func `is resumed by the next after it was killed`() async throws {
        try await ConfigurationScene.with { scene in
            let owner = try await scene.database.connect()
            let running = try await begin(scene, owner)

            kill(running.process.processIdentifier, SIGKILL)
            _ = try await running.result()
            try scene.startWorker()
            try await eventually("the draft is there, without its masks") {
                try await owner.query(Self.drafts)[0][0].optionalString() == "Daily"
            }

            let plan = try await scene.run("plan", try scene.file(after))
            #expect(plan.status == 4)
            #expect(
                plan.lines.first
                    == "- the draft of data export \"Daily\", left by an unfinished apply")
            try await goesOn(scene, owner)
        }
    }

    /// Also before its commands were applied: they still are, some time.
    @Test func `is resumed while its commands still wait`() async throws {
        try await ConfigurationScene.with { scene in
            let owner = try await scene.database.connect()
            let killed = try await begin(scene, owner)
            kill(killed.process.processIdentifier, SIGKILL)
            _ = try await killed.result()

            let next = try scene.program.start(["apply", try scene.file(after)])
            try await eventually("the next one has begun") {
                try await owner.query("select count(*) from ferry.applying")[0][0].int() == 1
            }
            try scene.startWorker()

            let result = try await next.result()
            #expect(result.status == 0, "\(result.output)\(result.error)")
            #expect(
                result.lines.last
                    == "done: 1 created, 1 changed, none deleted, 1 draft discarded")
        }
    }

    /// A person who has worked at the draft since does not lose that.
    @Test func `keeps a draft that another role has changed`() async throws {
        try await ConfigurationScene.with { scene in
            let owner = try await scene.database.connect()
            let running = try await begin(scene, owner)
            kill(running.process.processIdentifier, SIGKILL)
            _ = try await running.result()
            try scene.startWorker()
            let edited = try await scene.run(
                "export", "edit-table", "Daily", "public.customers", "--setting", "filter=id > 1")
            #expect(edited.status == 0, "\(edited.error)")

            let result = try await scene.apply(after)

            #expect(result.status == 64)
            #expect(result.error.contains("data export \"Daily\" has a draft, opened by "))
            #expect(result.error.contains("hint: discard it (ferry export discard-draft), or wait"))
            #expect(!result.error.contains("activate"))
        }
    }

    @Test func `keeps others out for as long as it lives`() async throws {
        try await ConfigurationScene.with { scene in
            let owner = try await scene.database.connect()
            let running = try await begin(scene, owner)

            let other = try await scene.apply(after)

            #expect(other.status == 69)
            let start =
                "ferry: ferry has been applying a configuration to production since "
            #expect(other.error.hasPrefix(start), "\(other.error)")
            #expect(other.error.contains("UTC\nhint: wait until it ends"))
            try scene.startWorker()
            #expect(try await running.result().status == 0)
            #expect(try await scene.apply(after).output == "nothing to change\n")
        }
    }
}
