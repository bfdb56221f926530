import Foundation
import TestSupport
import Testing

@Suite("A plan of a run", .timeLimit(.minutes(15)))
struct RunPlanTests {
    @Test func `shows files, rows, bytes and first rows, and writes nothing`() async throws {
        try await Scene.with(tables: "analyze") { scene in
            _ = try scene.start("w")
            try await scene.configure(template: #"{"format": "csv", "compression": "gzip"}"#)

            let plan = try await scene.send("plan_run", #"{"name": "Daily customers"}"#)
            #expect(try await scene.outcome(of: plan).state == "applied")

            #expect(
                try await scene.queue.texts(
                    """
                    select concat_ws(' ', file, files_estimated, rows_estimated,
                                     jsonb_array_length(first_rows))
                      from ferry.run_plans where id = \(plan) and table_schema = 'public'
                     order by number
                    """) == [
                        "customers.csv.gz 1 3000 5", "empty.csv.gz 1 0 0",
                        "no_columns.csv.gz 1 2 0", "parts.csv.gz 1 999 5",
                    ])
            #expect(
                try await scene.queue.text(
                    """
                    select (columns ->> 3) || ' ' || (first_rows -> 0 ->> 3) from ferry.run_plans
                     where id = \(plan) and table_name = 'customers'
                    """) == "amount 1.25")
            let shown = try FileManager.default.contentsOfDirectory(atPath: scene.destination)
                .filter { $0 != ".staging" }
            #expect(shown == [])
            #expect(try await scene.queue.number("select count(*) from ferry.runs") == 0)
            // Rows are only for the sender, not for the record.
            #expect(
                try await scene.queue.number(
                    "select count(*) from ferry.events where details::text like '%Größe%'") == 0)
        }
    }

    @Test func `estimates the bytes that the run then writes`() async throws {
        try await Scene.with(tables: "analyze") { scene in
            _ = try scene.start("w")
            try await scene.configure(
                tables: #"["public.customers"]"#,
                template: #"{"format": "csv", "split": {"rows": 50000}}"#)

            let plan = try await scene.send("plan_run", #"{"name": "Daily customers"}"#)
            #expect(try await scene.outcome(of: plan).state == "applied")
            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let estimated = try await scene.queue.number(
                "select bytes_estimated from ferry.run_plans where id = \(plan)")
            let written = try await scene.queue.number(
                "select bytes from ferry.runs where id = \(run)")
            #expect(abs(estimated - written) < written / 5)
            #expect(
                try await scene.queue.text("select file from ferry.run_plans where id = \(plan)")
                    == "customers.0000001.csv")
        }
    }

    @Test func `says why a run would fail`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("w")
            try await scene.configure(tables: #"["public.customers"]"#)
            try await scene.source.run("drop table public.customers")

            let outcome = try await scene.outcome(
                of: "plan_run", #"{"name": "Daily customers"}"#)

            #expect(outcome.state == "rejected")
            #expect(outcome.code == "plan_failed")
            #expect(outcome.message?.contains("public.customers") == true)
        }
    }

    @Test func `is shown by the program`() async throws {
        try await Scene.with(tables: "analyze") { scene in
            _ = try scene.start("w")
            try await scene.configure(tables: #"["public.customers"]"#)

            let program = try WorkerProcess(
                name: "plan", ["run", "plan", "daily customers"],
                environment: ["FERRY_DATABASE_URL": scene.queueURL], log: scene.folder + "/plan")

            #expect(try await program.end() == .exit(0))
            let lines = program.log.split(separator: "\n")
            #expect(lines.first == "TABLE             FILE           FILES   ROWS   BYTES")
            #expect(lines.dropFirst().first?.hasPrefix("public.customers  customers.csv") == true)
            #expect(lines.contains("public.customers: the first rows"))
            #expect(lines.last == "Rows and bytes are estimates. Nothing was written.")
        }
    }
}
