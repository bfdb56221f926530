import ConfigurationFiles
import Testing
import Values

@Suite("A wrong configuration file")
struct ProblemTests {
    private static let cases: [(text: String, said: String)] = [
        ("", "1:1: the file is empty"),
        ("a: [", "2:1: invalid YAML: "),
        ("databases:", "1:1: the key \"ferry\" is missing"),
        ("ferry: 2", "1:1: this release supports version 1 of the file, not 2"),
        (
            "- a",
            "1:1: the file must be a mapping of names to values, not a list|"
                + "1:1: the key \"ferry\" is missing"
        ),
        (
            "ferry: 1\ndatabase: {}",
            "2:1: the file has no key \"database\"; did you mean \"databases\"?"
        ),
        (
            "ferry: 1\ndatabases: crm",
            "2:12: databases must be a mapping of names to values, not \"crm\""
        ),
        ("ferry: 1\ndatabases: {crm: }", "2:13: database \"crm\" needs \"credential\""),
        (
            "ferry: 1\ndatabases:\n  crm: {credentail: a, credential: a}",
            "3:9: database \"crm\" has no key \"credentail\"; did you mean \"credential\"?"
        ),
        (
            "ferry: 1\ndatabases: {crm: {credential: postgresql://h/d}}",
            "2:31: \"credential\" of database \"crm\" must be the name of a credential of the "
                + "workers: " + CredentialName.rule
        ),
        (
            "ferry: 1\ndatabases: {crm: {credential: [a]}}",
            "2:31: \"credential\" of database \"crm\" must be text, not a list"
        ),
        (
            "ferry: 1\ndatabases:\n  crm: {credential: a}\n  CRM: {credential: a}",
            "4:3: database \"CRM\" is defined twice, first in line 3"
        ),
        (
            "ferry: 1\ndatabases:\n  a: {credential: a}\n  a: {credential: a}",
            "3:3: given twice: \"a\""
        ),
        ("ferry: 1\ndatabases: {\" \": {credential: a}}", "2:13: database name is empty"),
        (
            "ferry: 1\ndestinations: {D: {kind: directry, settings: {}}}",
            "2:26: unknown destination kind \"directry\"; did you mean \"directory\"?"
        ),
        (
            "ferry: 1\ndestinations: {D: {kind: s3, settings: [], administrators_only: yes}}",
            "2:40: \"settings\" of destination \"D\" must be a mapping of keys to "
                + "values, not a list|"
                + "2:65: \"administrators_only\" of destination \"D\" must be true or "
                + "false, not \"yes\""
        ),
        (
            "ferry: 1\ndestinations: {D: {kind: s3, settings: {}, data_templates: {T: csv}}}",
            "2:64: the settings of data template \"T\" of destination \"D\" must be a mapping of "
                + "keys to values, not \"csv\""
        ),
        (
            "ferry: 1\ndata_exports: {X: {database: crm, tables: some}}",
            "2:43: \"tables\" of data export \"X\" must be a list of tables or all, not \"some\""
        ),
        (
            "ferry: 1\ndata_exports: {X: {database: crm, tables: [a.b.c]}}",
            "2:44: \"a.b.c\" is not the name of a table"
        ),
        (
            "ferry: 1\ndata_exports:\n  X:\n    database: crm\n    tables: all\n"
                + "    table_settings:\n      a: {filtr: x}",
            "7:7: settings of table \"public.a\": unknown setting \"filtr\""
        ),
    ]

    private static let group = "ferry: 1\norchestration_groups:\n  G: {orchestrations: "
    private static let groupCases: [(text: String, said: String)] = [
        (
            "ferry: 1\norchestration_groups: {G: {manual: true}}",
            "2:24: orchestration group \"G\" needs \"orchestrations\""
        ),
        (
            group + "O, manual: 1, enabled: on, catch_up: two}",
            "3:23: \"orchestrations\" of orchestration group \"G\" must be a list of "
                + "orchestrations, not \"O\"|"
                + "3:34: \"manual\" of orchestration group \"G\" must be true or false, not \"1\"|"
                + "3:46: \"enabled\" of orchestration group \"G\" must be true or false, not "
                + "\"on\"|"
                + "3:60: \"catch_up\" of orchestration group \"G\" must be one or none, not \"two\""
        ),
        (
            group + "[[O]], manual: true}",
            "3:24: an element of \"orchestrations\" of orchestration group \"G\" must be text, "
                + "not a list"
        ),
        (
            group + "[], manual: true}",
            "3:3: orchestration group \"G\": orchestrations is empty"
        ),
        (
            group + "[O, o], manual: true}",
            "3:3: orchestration group \"G\": orchestrations names \"o\" more than once"
        ),
        (
            group + "[O], manual: false}",
            "3:3: orchestration group \"G\" must have exactly one of: manual, schedule, after"
        ),
        (
            group + "[O], schedule: \"@daily\", after: H}",
            "3:55: orchestration group \"G\" must have exactly one of: manual, schedule, after"
        ),
        (
            group + "[O], manual: true, time_zone: UTC, catch_up: one}",
            "3:53: \"time_zone\" of orchestration group \"G\" requires schedule|3:68: \"catch_up\" "
                + "of orchestration group \"G\" requires schedule"
        ),
        (
            group + "[O], schedule: 0 25 * * *}",
            "3:38: \"schedule\" of orchestration group \"G\": "
        ),
        (
            group + "[O], schedule: \"@daily\", time_zone: Europe/Berln}",
            "3:59: \"time_zone\" of orchestration group \"G\": there is no time zone "
                + "\"Europe/Berln\"; did you mean \"Europe/Berlin\"?"
        ),
    ]

    private static let alertCases: [(text: String, said: String)] = [
        (
            "ferry: 1\nalerts: {A: {credential: h}}",
            "2:10: alert \"A\" needs \"on\""
        ),
        (
            "ferry: 1\nalerts: {A: {on: [failur], credential: h}}",
            "2:19: \"on\" of alert \"A\" has the unknown value \"failur\"; did you mean "
                + "\"failure\"?"
        ),
        (
            "ferry: 1\nalerts: {A: {on: [failure], credential: \"https://h/\"}}",
            "2:41: \"credential\" of alert \"A\" must be the name of a credential of the workers"
        ),
        (
            "ferry: 1\nalerts: {A: {on: [failure]}}",
            "2:10: alert \"A\": choose exactly one of: credential, program"
        ),
        (
            "ferry: 1\nalerts: {A: {on: failure, program: /bin/x, retry_seconds_max: 1.5}}",
            "2:18: \"on\" of alert \"A\" must be a list of events, not \"failure\"|"
                + "2:36: \"program\" of alert \"A\" must be a list of words, not \"/bin/x\"|"
                + "2:63: \"retry_seconds_max\" of alert \"A\" must be a whole number, not \"1.5\""
        ),
    ]

    @Test(arguments: cases + groupCases + alertCases)
    func `is reported with line and column`(_ example: (text: String, said: String)) {
        let (text, said) = example
        #expect(throws: InvalidConfiguration.self) { try ConfigurationFile(text) }
        do { _ = try ConfigurationFile(text) } catch {
            let lines = error.problems.map { "\($0.place.line):\($0.place.column): \($0.message)" }
            let expected = said.split(separator: "|").map(String.init)
            #expect(lines.count == expected.count, "\(lines)")
            for (line, start) in zip(lines, expected) {
                #expect(line.hasPrefix(start), "\(line)")
            }
        }
    }

    @Test func `is reported with all problems at once`() {
        #expect {
            try ConfigurationFile(
                """
                ferry: 1
                databases:
                  crm: {credential: a b}
                  erp: {}
                orchestrations:
                  O: {data_export: X, destination: D, template: T}
                """)
        } throws: { error in
            let problems = (error as? InvalidConfiguration)?.problems ?? []
            return problems.map(\.place.line) == [3, 4, 6, 6]
        }
    }
}
