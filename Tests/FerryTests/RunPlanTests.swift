import Postgres
import Testing

@Suite("ferry run plan", .timeLimit(.minutes(15)))
struct RunPlanTests {
    @Test func `says of an empty table that it has no rows, and shows the first of others`()
        async throws
    {
        try await ConfigurationScene.with { scene in
            _ = try await scene.apply(
                """
                ferry: 1
                databases: {crm: {credential: crm}}
                data_exports:
                  Empty: {database: crm, tables: [customers]}
                destinations:
                  Disk:
                    kind: directory
                    settings: {path: \(try scene.directory("disk"))}
                    data_templates: {plain: {}}
                orchestrations:
                  O: {data_export: Empty, destination: Disk, data_template: plain}
                """)

            let plan = try await scene.run("run", "plan", "O")

            #expect(plan.status == 0)
            #expect(plan.lines.contains("public.customers: no rows"), "\(plan.output)")
            #expect(!plan.output.contains("not looked at"))
        }
    }
}
