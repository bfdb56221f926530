import ConfigurationFiles
import Lifecycle
import Testing
import Values

@Suite("A plan to configure")
struct PlanTests {
    private static let whole = """
        ferry: 1
        databases:
          crm: {credential: crm}
        destinations:
          Exchange:
            kind: directory
            settings: {path: /exports, limits: {tasks: 4}}
            data_templates:
              CSV: {format: csv}
        data_exports:
          Daily:
            database: crm
            tables: [customers, orders]
            table_settings:
              customers: {filter: id > 1}
              orders: {rows: {minimum: 5}}
        orchestrations:
          Daily: {data_export: Daily, destination: Exchange, data_template: CSV}
        """

    private func plan(
        from current: String = "ferry: 1", to file: String, drafts: [OpenDraft] = [],
        prunes: Bool = false
    ) throws -> ConfigurationPlan {
        try ConfigurationPlan(
            from: try ConfigurationFile(current).configuration, to: try ConfigurationFile(file),
            drafts: drafts, prunes: prunes)
    }

    private func commands(_ plan: ConfigurationPlan) -> [String] {
        plan.changes.flatMap(\.commands).map { "\($0.command) \($0.arguments.text)" }
    }

    @Test func `makes what is missing, after what it names`() throws {
        let plan = try plan(to: Self.whole)

        #expect(plan.summary == "5 to create, none to change, none to delete")
        #expect(
            commands(plan) == [
                #"register_database {"credential":"crm","name":"crm"}"#,
                #"create_destination {"administrators_only":false,"kind":"directory","name":"#
                    + #""Exchange","settings":{"limits":{"tasks":4},"path":"/exports"}}"#,
                #"create_data_template {"destination":"Exchange","name":"CSV","settings":"#
                    + #"{"format":"csv"}}"#,
                #"create_data_export {"database":"crm","name":"Daily","tables":"#
                    + #"["public.customers","public.orders"]}"#,
                #"edit_table {"name":"Daily","settings":{"filter":"id > 1"},"table":"#
                    + #""public.customers"}"#,
                #"edit_table {"name":"Daily","settings":{"rows":{"minimum":5,"otherwise":"fail"}},"#
                    + #""table":"public.orders"}"#,
                #"activate_data_export {"name":"Daily"}"#,
                #"add_orchestration {"data_export":"Daily","data_template":"CSV","destination":"#
                    + #""Exchange","name":"Daily"}"#,
            ])
        for command in plan.changes.flatMap(\.commands) {
            _ = try ParsedCommand(name: command.command, arguments: command.arguments)
        }
    }

    @Test func `changes the differences, and shows them key by key`() throws {
        let new = Self.whole.replacing("credential: crm", with: "credential: other")
            .replacing("{path: /exports, limits: {tasks: 4}}", with: "{path: /data, x: 1}")
            .replacing("[customers, orders]", with: "[customers, items]")
            .replacing("      orders: {rows: {minimum: 5}}", with: "")
            .replacing("id > 1", with: "id > 2")
        let plan = try plan(from: Self.whole, to: new)

        #expect(
            plan.changes.flatMap(\.lines) == [
                "~ database \"crm\"",
                "    credential: \"crm\" → \"other\"",
                "~ destination \"Exchange\"",
                "    - settings.limits.tasks: 4",
                "    settings.path: \"/exports\" → \"/data\"",
                "    + settings.x: 1",
                "~ data export \"Daily\"",
                "    table_settings.public.customers.filter: \"id > 1\" → \"id > 2\"",
                "    - table_settings.public.orders.rows.minimum: 5",
                "    - table_settings.public.orders.rows.otherwise: \"fail\"",
                "    - tables: \"public.orders\"",
                "    + tables: \"public.items\"",
            ])
        #expect(
            commands(plan) == [
                #"edit_database {"credential":"other","name":"crm"}"#,
                #"edit_destination {"name":"Exchange","settings":{"path":"/data","x":1}}"#,
                #"edit_data_export {"name":"Daily","tables":["public.customers","public.items"]}"#,
                #"edit_table {"name":"Daily","settings":{"filter":"id > 2"},"table":"#
                    + #""public.customers"}"#,
                #"activate_data_export {"name":"Daily"}"#,
            ])
        #expect(
            plan.changes.map { $0.takingBack?.command } == [nil, nil, "discard_draft"])
    }

    @Test func `removes settings of a table, and sets them again in another database`() throws {
        let without = try plan(
            from: Self.whole,
            to: Self.whole.replacing("      orders: {rows: {minimum: 5}}", with: ""))
        let moved = try plan(
            from: Self.whole + "\n",
            to: Self.whole.replacing("database: crm", with: "database: erp")
                .replacing("  crm: {", with: "  erp: {credential: e}\n  crm: {"))

        #expect(
            commands(without) == [
                #"edit_table {"name":"Daily","settings":{},"table":"public.orders"}"#,
                #"activate_data_export {"name":"Daily"}"#,
            ])
        #expect(
            commands(moved).map { $0.prefix { $0 != " " } } == [
                "register_database", "edit_data_export", "edit_table", "edit_table",
                "activate_data_export",
            ])
    }

    @Test func `keeps objects that are not in the file, or prunes them`() throws {
        let kept = try plan(from: Self.whole, to: "ferry: 1")
        let others = """
            ferry: 1
            databases: {erp: {credential: erp}}
            destinations: {}
            data_exports: {}
            orchestrations: {}
            """
        let pruned = try plan(from: Self.whole, to: others, prunes: true)

        #expect(kept.changes == [])
        #expect(kept.leftAlone.count == 5)
        #expect(pruned.leftAlone == [])
        #expect(
            commands(pruned) == [
                #"register_database {"credential":"erp","name":"erp"}"#,
                #"delete_orchestration {"name":"Daily"}"#, #"delete_data_export {"name":"Daily"}"#,
                #"delete_data_template {"destination":"Exchange","name":"CSV"}"#,
                #"delete_destination {"name":"Exchange"}"#, #"unregister_database {"name":"crm"}"#,
            ])
        #expect(pruned.deletions.map(\.words).first == "orchestration \"Daily\"")
        #expect(pruned.changes.flatMap(\.lines).contains("- orchestration \"Daily\""))
    }

    @Test func `has nothing to do where only the case of names and the order differ`() throws {
        let plan = try plan(
            from: Self.whole,
            to: Self.whole.replacing("database: crm", with: "database: CRM")
                .replacing("[customers, orders]", with: "[orders, public.customers, orders]")
                .replacing("destination: Exchange,", with: "destination: exchange,"))

        #expect(plan.changes == [])
    }

    @Test func `names all that is nowhere, and what was probably meant`() {
        let file = Self.whole.replacing("database: crm", with: "database: crn")
            .replacing("data_template: CSV", with: "data_template: CSW")
        #expect {
            try plan(to: file)
        } throws: { error in
            let problems = (error as? InvalidConfiguration)?.problems ?? []
            return problems.map(\.message) == [
                "data export \"Daily\" refers to database \"crn\", which is neither in the file "
                    + "nor in the environment; did you mean \"crm\"?",
                "orchestration \"Daily\" refers to data template \"CSW\", which is neither in the "
                    + "file nor in the environment; did you mean \"CSV\"?",
            ]
                && problems.map(\.place) == [
                    Place(line: 12, column: 15), Place(line: 18, column: 69),
                ]
        }
    }

    @Test func `may name objects of the environment, unless they are deleted`() throws {
        let file = """
            ferry: 1
            orchestrations:
              Weekly: {data_export: Daily, destination: Exchange, data_template: CSV}
            """
        #expect(try plan(from: Self.whole, to: file).changes.count == 1)
        #expect(throws: InvalidConfiguration.self) {
            try plan(from: Self.whole, to: file, prunes: true)
        }
    }

    @Test func `refuses another kind of a destination, and drafts in the way`() throws {
        let kind = Self.whole.replacing("kind: directory", with: "kind: s3")
        let tables = Self.whole.replacing("[customers, orders]", with: "all")

        #expect {
            try plan(from: Self.whole, to: kind)
        } throws: { error in
            let problem = (error as? InvalidConfiguration)?.problems.first
            return problem?.place.line == 6
                && problem?.message
                    == "destination \"Exchange\" is of kind \"directory\", which cannot be changed"
        }
        #expect {
            try plan(
                from: Self.whole, to: tables, drafts: [OpenDraft("daily", openedBy: "anna")])
        } throws: { error in
            let problem = (error as? InvalidConfiguration)?.problems.first
            return problem?.message == "data export \"Daily\" has a draft, opened by anna"
                && problem?.hint?.hasPrefix("discard it (ferry export discard-draft), or ") == true
                && problem?.hint?.contains("activate") == false
        }
        let drafts = [OpenDraft("Daily", openedBy: "anna")]
        #expect(try plan(from: Self.whole, to: Self.whole, drafts: drafts).changes == [])
    }
}
