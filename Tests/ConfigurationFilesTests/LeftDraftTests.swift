import ConfigurationFiles
import Testing

@Suite("A draft that an apply left")
struct LeftDraftTests {
    private func file(_ tables: String) -> String {
        """
        ferry: 1
        databases: {crm: {credential: crm}}
        data_exports:
          Daily: {database: crm, tables: \(tables), table_settings: {a: {filter: id > 1}}}
        """
    }

    private func plan(
        from current: String, to file: String, prunes: Bool = false
    ) throws -> ConfigurationPlan {
        try ConfigurationPlan(
            from: try ConfigurationFile(current).configuration, to: try ConfigurationFile(file),
            drafts: [OpenDraft("daily", openedBy: "anna", isOfApply: true)], prunes: prunes)
    }

    private func commands(_ plan: ConfigurationPlan) -> [String] {
        plan.changes.flatMap(\.commands).map(\.command)
    }

    private static let line =
        "- the draft of data export \"Daily\", left by an unfinished apply"

    @Test func `is discarded before the change is made from its beginning`() throws {
        let plan = try plan(from: file("[a]"), to: file("[a, b]"))

        #expect(commands(plan) == ["discard_draft", "edit_data_export", "activate_data_export"])
        #expect(
            plan.changes.flatMap(\.lines) == [
                Self.line, "~ data export \"Daily\"", "    + tables: \"public.b\"",
            ])
        #expect(plan.summary == "none to create, 1 to change, none to delete, 1 draft to discard")
    }

    @Test func `goes with an export that was never activated`() throws {
        let plan = try plan(from: "ferry: 1\ndatabases: {crm: {credential: crm}}", to: file("[a]"))

        #expect(
            commands(plan) == [
                "discard_draft", "create_data_export", "edit_table", "activate_data_export",
            ])
    }

    @Test func `is discarded, too, without other changes`() throws {
        let plan = try plan(from: file("[a]"), to: file("[a]"))

        #expect(plan.changes.flatMap(\.lines) == [Self.line])
        #expect(plan.made == "none created, none changed, none deleted, 1 draft discarded")
    }

    @Test func `stays where the file does not hold the export, unless it prunes`() throws {
        let other = "ferry: 1\ndatabases: {crm: {credential: crm}}\ndata_exports: {}"

        #expect(try plan(from: file("[a]"), to: other).changes == [])
        let pruning = try plan(from: file("[a]"), to: other, prunes: true)
        #expect(commands(pruning) == ["discard_draft", "delete_data_export"])
    }
}

@Suite("A file to prune by")
struct PruningFileTests {
    private let current = """
        ferry: 1
        databases: {crm: {credential: crm}, erp: {credential: crm}}
        data_exports: {Daily: {database: crm, tables: [a]}}
        """

    private func problems(_ file: String) -> [String] {
        do {
            _ = try ConfigurationPlan(
                from: try ConfigurationFile(current).configuration,
                to: try ConfigurationFile(file), prunes: true)
            return []
        } catch {
            return error.problems.map { "\($0.message) (\($0.hint ?? ""))" }
        }
    }

    @Test func `holds some object`() {
        let message = """
            the file contains no objects, so --prune would delete everything (check that it is the \
            right file and complete)
            """
        for file in ["ferry: 1", "ferry: 1\ndatabases: {}\ndata_exports: {}", "ferry: 1\nalerts:"] {
            #expect(problems(file) == [message])
        }
    }

    @Test func `declares empty kinds`() {
        let exports = """
            the file has no data_exports, so --prune would delete 1 (check that the \
            file is complete; write "data_exports: {}" to have none)
            """
        let databases = "ferry: 1\ndatabases: {crm: {credential: crm}}\n"
        #expect(problems(databases) == [exports])
        #expect(problems(databases + "data_exports:") == [exports])
        #expect(problems(databases + "data_exports: {}") == [])
    }
}
