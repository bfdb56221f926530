import ConfigurationFiles
import Foundation
import Testing

@Suite("Any configuration file", .fuzzing)
struct YAMLFuzzTests {
    private static let tokens = [
        "\n", "\n  ", "\n- ", ": ", "- ", "? ", "# ", "|", "|-\n", ">\n", "&a ", "*a", "*a : ",
        "<<: *a", "!!str ", "!!int ", "!!binary ", "!secret ", "!", "{", "}", "[", "]", ", ", "\"",
        "'", "\\x41", "\\u00e9", "---\n", "...\n", "%YAML 1.1\n", "\t", "\r", "\u{85}", "\u{2028}",
        "\u{feff}", "\u{0}", "~", "null", "true", "0x1F", ".inf", "1.10", "password: x", "all",
        "ferry: 1", "tables:", "settings:",
    ]

    @Test func `is read, or refused where something is wrong`() async throws {
        var accepted = 0
        try await Fuzz("yaml").run(tries: 4_000) { random in
            switch random.number(0...3) {
            case 0: random.list(1...20) { $0.pick(Self.tokens) }.joined()
            default: random.mutated(random.pick(Self.samples), tokens: Self.tokens)
            }
        } check: { text in
            let file: ConfigurationFile
            do {
                file = try ConfigurationFile(text)
            } catch let error as InvalidConfiguration {
                try Self.check(error, in: text)
                return
            }
            accepted += 1
            let written = file.configuration.yaml(environment: "e")
            let again: ConfigurationFile
            do {
                again = try ConfigurationFile(written)
            } catch {
                throw Violation("what was written cannot be read: \(error)\n\(written)")
            }
            try require(
                again.configuration.objects == file.configuration.objects,
                "it is read as something else:\n\(written)")
            try require(
                again.configuration.yaml(environment: "e") == written, "it is written otherwise")
        }
        #expect(accepted > 0)
    }

    @Test func `of any bytes is read, or refused where something is wrong`() async throws {
        try await Fuzz("yaml-bytes").run(tries: 3_000) { random in
            random.mutated(Array(random.pick(Self.samples).utf8), tokens: Self.tokens)
        } check: { bytes in
            do {
                _ = try ConfigurationFile(bytes: bytes)
            } catch let error as InvalidConfiguration {
                try Self.check(error, in: String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    private static func check(_ error: InvalidConfiguration, in text: String) throws {
        try require(!error.problems.isEmpty, "nothing is wrong")
        // Line ends as YAML has them; a place may be that behind the last line or character.
        let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) {
            ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0)
        }
        for problem in error.problems {
            let place = problem.place
            try require(!problem.message.isEmpty, "a problem without words")
            try require(
                (1...lines.count + 1).contains(place.line),
                "line \(place.line) of \(lines.count): \(problem.message)")
            let longest = lines.map(\.count).max() ?? 0
            try require(
                (1...longest + 1).contains(place.column),
                "column \(place.column) of \(longest): \(problem.message)")
        }
    }

    private static let samples = [
        """
        ferry: 1
        databases:
          crm:
            credential: crm
        destinations:
          Exchange:
            kind: directory
            settings:
              path: /exports
            administrators_only: false
            data_templates:
              CSV:
                format: csv
                compression: gzip
        data_exports:
          Daily customers:
            database: crm
            tables:
              - public.customers
              - public.orders
            table_settings:
              public.customers:
                columns: [a, b]
                filter: |-
                  a = 'x'
                  or b > 2
        orchestrations:
          Daily customers:
            data_export: Daily customers
            destination: Exchange
            data_template: CSV
        orchestration_groups:
          Nightly:
            orchestrations:
              - Daily customers
            schedule: "30 2 * * 1-5"
            time_zone: Europe/Berlin
            catch_up: one
            enabled: true
        alerts:
          Ops:
            on: [failure]
            credential: ops
            orchestration: Daily customers

        """,
        """
        # Texts that are odd, and references.
        ferry: 1
        databases: {crm: &a {credential: 'crm'}, "e\\u0301": *a, é: {credential: "no"}}
        data_exports:
          7: {database: crm, tables: [orders, "public.customers", orders]}
          "on":
            database: crm
            tables: all
            table_settings: {orders: {rows: {minimum: 1}, filter: ~}, customers: {}}
        destinations:
          D:
            kind: s3
            settings: {n: !!str 1, list: &list [1, 2.50, yes, "a\\tb", {x: 1e3}], again: *list}
        """,
    ]
}
