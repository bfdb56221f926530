import ConfigurationFiles
import Lifecycle
import Testing
import Values

@Suite("A plan to configure groups and alerts")
struct GroupPlanTests {
    private static let base = """
        ferry: 1
        databases: {crm: {credential: crm}}
        destinations:
          D: {kind: directory, settings: {}, data_templates: {T: {format: csv}}}
        data_exports: {X: {database: crm, tables: all}}
        orchestrations:
          One: {data_export: X, destination: D, data_template: T}
          Two: {data_export: X, destination: D, data_template: T}

        """

    private func plan(
        from current: String, to file: String, prunes: Bool = false
    ) throws -> ConfigurationPlan {
        try ConfigurationPlan(
            from: try ConfigurationFile(Self.base + current).configuration,
            to: try ConfigurationFile(file.hasPrefix("ferry") ? file : Self.base + file),
            prunes: prunes)
    }

    /// Every command is one that a worker can read.
    private func commands(_ plan: ConfigurationPlan) throws -> [String] {
        try plan.changes.flatMap(\.commands).map {
            _ = try ParsedCommand(name: $0.command, arguments: $0.arguments)
            return "\($0.command) \($0.arguments.text)"
        }
    }

    @Test func `makes a group after those that it comes after, and alerts last`() throws {
        let plan = try plan(
            from: "",
            to: """
                alerts:
                  Ops: {on: [runtime, failure], runtime_seconds_max: 60, credential: u,
                    orchestration: One}
                orchestration_groups:
                  A: {orchestrations: [Two, One], after: b}
                  B: {orchestrations: [One], after: C}
                  C: {orchestrations: [One], schedule: 30  2 * * 1-5}
                """)

        #expect(
            try commands(plan) == [
                #"create_orchestration_group {"catch_up":"one","name":"C","#
                    + #""orchestrations":["One"],"schedule":"30 2 * * 1-5","time_zone":"UTC"}"#,
                #"create_orchestration_group {"after":"C","name":"B","orchestrations":["One"]}"#,
                #"create_orchestration_group {"after":"b","name":"A","#
                    + #""orchestrations":["Two","One"]}"#,
                #"create_alert {"credential":"u","name":"Ops","on":["failure","runtime"],"#
                    + #""orchestration":"One","retry_seconds_max":86400,"#
                    + #""runtime_seconds_max":60}"#,
            ])
        #expect(
            plan.changes.flatMap(\.lines).prefix(3) == [
                "+ orchestration group \"C\"", "    orchestrations: [\"One\"]",
                "    schedule: \"30 2 * * 1-5\"",
            ])
    }

    @Test func `lets nothing run a group before it is disabled`() throws {
        let scheduled = "orchestration_groups: {G: {orchestrations: [One], schedule: \"@daily\"}}"
        let disabled = scheduled.replacing("}}", with: ", enabled: false}}")
        let other = disabled.replacing("@daily", with: "@hourly")
        func words(from current: String, to file: String) throws -> [String] {
            try commands(try plan(from: current, to: file)).map { String($0.prefix { $0 != " " }) }
        }

        let made = try plan(from: "", to: disabled)
        #expect(
            try commands(made) == [
                #"create_orchestration_group {"manual":true,"name":"G","orchestrations":["One"]}"#,
                #"disable_orchestration_group {"name":"G"}"#,
                #"edit_orchestration_group {"catch_up":"one","name":"G","orchestrations":["One"],"#
                    + #""schedule":"@daily","time_zone":"UTC"}"#,
            ])
        #expect(made.changes.first?.takingBack?.command == "delete_orchestration_group")
        #expect(try words(from: scheduled, to: disabled) == ["disable_orchestration_group"])
        #expect(
            try words(from: scheduled, to: other)
                == ["disable_orchestration_group", "edit_orchestration_group"])
        #expect(
            try words(from: other, to: scheduled)
                == ["edit_orchestration_group", "enable_orchestration_group"])
        #expect(try plan(from: scheduled, to: other).changes.first?.takingBack == nil)
    }

    @Test func `gives all that is chosen, so that nothing stays of what was`() throws {
        let zoned = """
            orchestration_groups:
              G: {orchestrations: [One, Two], schedule: "@daily", time_zone: Asia/Tokyo}
            alerts: {A: {on: [success], credential: u, orchestration: One}}
            """
        let plan = try plan(
            from: zoned,
            to: """
                orchestration_groups: {G: {orchestrations: [Two, One], schedule: "@daily"}}
                alerts: {A: {on: [success], program: [/bin/x]}}
                """)

        #expect(
            try commands(plan) == [
                #"edit_orchestration_group {"catch_up":"one","name":"G","#
                    + #""orchestrations":["Two","One"],"schedule":"@daily","time_zone":"UTC"}"#,
                #"edit_alert {"name":"A","on":["success"],"program":["/bin/x"],"#
                    + #""retry_seconds_max":86400}"#,
            ])
        #expect(
            plan.changes.flatMap(\.lines).prefix(3) == [
                "~ orchestration group \"G\"",
                "    orchestrations: [\"One\",\"Two\"] → [\"Two\",\"One\"]",
                "    - time_zone: \"Asia/Tokyo\"",
            ])
    }

    @Test func `takes an orchestration out of groups and alerts before it is deleted`() throws {
        let plan = try plan(
            from: """
                orchestration_groups:
                  A: {orchestrations: [One, Two], manual: true}
                  B: {orchestrations: [Two], after: A}
                  C: {orchestrations: [Two], after: B}
                alerts:
                  A: {on: [failure], credential: u, orchestration: Two}
                  B: {on: [failure], credential: u, orchestration: Two}
                """,
            to: Self.base.replacing(
                "  Two: {data_export: X, destination: D, data_template: T}", with: "")
                    + """
                    orchestration_groups: {A: {orchestrations: [One], manual: true}}
                    alerts: {A: {on: [failure], credential: u, orchestration: one}}
                    """, prunes: true)

        #expect(
            plan.changes.map { "\($0.verb) \($0.object.words)" } == [
                "update orchestration group \"A\"", "update alert \"A\"",
                "delete alert \"B\"", "delete orchestration group \"C\"",
                "delete orchestration group \"B\"", "delete orchestration \"Two\"",
            ])
    }

    @Test func `turns around which group comes after which without a circle in between`() throws {
        let plan = try plan(
            from: """
                orchestration_groups:
                  A: {orchestrations: [One], manual: true}
                  B: {orchestrations: [One], after: A}
                  C: {orchestrations: [One], after: B}
                """,
            to: """
                orchestration_groups:
                  A: {orchestrations: [One], after: B}
                  B: {orchestrations: [One], after: C}
                  C: {orchestrations: [One], manual: true}
                """)

        #expect(plan.changes.map(\.object.name) == ["C", "B", "A"])
    }

    @Test func `has nothing to do where only the case of names and the writing differ`() throws {
        let plan = try plan(
            from: """
                orchestration_groups: {G: {orchestrations: [One, Two], schedule: 0 1 * * *}}
                alerts:
                  A: {on: [failure, success], credential: u}
                """,
            to: """
                orchestration_groups:
                  g:
                    orchestrations: [one, TWO]
                    schedule: " 0 1  * * *"
                    time_zone: UTC
                    catch_up: one
                    manual: false
                    enabled: true
                alerts:
                  a:
                    on: [success, failure, success]
                    credential: u
                    retry_seconds_max: 86400
                """)

        #expect(plan.changes == [])
    }

    @Test func `reports cycles, including those through groups that are not in the file`() throws {
        let file = """
            orchestration_groups:
              A: {orchestrations: [One], after: B}
              B: {orchestrations: [One], after: A}
              C: {orchestrations: [One], after: c}
              D: {orchestrations: [One], after: E}
            """
        let current = """
            orchestration_groups:
              D: {orchestrations: [One], manual: true}
              E: {orchestrations: [One], after: D}
            """
        #expect {
            try plan(from: current, to: file)
        } throws: { error in
            let problems = (error as? InvalidConfiguration)?.problems ?? []
            return problems.map { "\($0.place.line):\($0.place.column): \($0.message)" } == [
                "10:37: orchestration group \"A\" would run after itself: \"A\" runs after \"B\", "
                    + "\"B\" runs after \"A\"",
                "12:37: orchestration group \"C\" would run after itself: \"C\" runs after \"C\"",
                "13:37: orchestration group \"D\" would run after itself: \"D\" runs after \"E\", "
                    + "\"E\" runs after \"D\"",
            ]
        }
    }

    @Test func `names orchestrations and groups that are nowhere, each at its place`() throws {
        #expect {
            try plan(
                from: "",
                to: """
                    orchestration_groups:
                      A: {orchestrations: [One, Twa], manual: true}
                      B: {orchestrations: [One], after: C}
                    alerts: {A: {on: [failure], credential: u, orchestration: Onne}}
                    """)
        } throws: { error in
            let problems = (error as? InvalidConfiguration)?.problems ?? []
            let end = "which is neither in the file nor in the environment"
            return problems.map { "\($0.place.line):\($0.place.column): \($0.message)" } == [
                "10:29: orchestration group \"A\" refers to orchestration \"Twa\", \(end); "
                    + "did you mean \"Two\"?",
                "11:37: orchestration group \"B\" refers to orchestration group \"C\", \(end)",
                "12:59: alert \"A\" refers to orchestration \"Onne\", \(end); "
                    + "did you mean \"One\"?",
            ]
        }
    }
}
