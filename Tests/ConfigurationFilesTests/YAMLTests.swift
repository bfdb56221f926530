import ConfigurationFiles
import Testing

/// A destination with these settings, in flow style, from line 2 on.
private func file(_ settings: String) -> String {
    "ferry: 1\ndestinations: {D: {kind: sftp, settings: \(settings)}}"
}

private func problems(_ text: String) -> [String] {
    do {
        _ = try ConfigurationFile(text)
        return []
    } catch {
        return error.problems.map { "\($0.place.line):\($0.place.column): \($0.message)" }
    }
}

private func problems(_ bytes: [UInt8]) -> [String] {
    do {
        _ = try ConfigurationFile(bytes: bytes)
        return []
    } catch {
        return error.problems.map { "\($0.place.line):\($0.place.column): \($0.message)" }
    }
}

@Suite("The YAML of a configuration file", .timeLimit(.minutes(15)))
struct YAMLTests {
    private let databases = "ferry: 1\ndatabases: {crm: {credential: crm}}\n"

    @Test func `may begin with a byte order mark, which moves no column`() {
        #expect(problems("\u{feff}" + databases) == [])
        #expect(problems(Array(("\u{feff}" + databases).utf8)) == [])
        #expect(
            problems("\u{feff}ferry: 1\nx: 1") == problems("ferry: 1\nx: 1"))
        #expect(
            problems("\u{feff}fery: 1")
                == problems("fery: 1"))
    }

    @Test func `is reported to be in another encoding`() {
        let units = Array(databases.utf16)
        let little = units.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        let big = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
        for bytes in [little, big, [0xff, 0xfe] + little, [0xfe, 0xff] + big] {
            #expect(problems(bytes) == ["1:1: the file is in UTF-16 or UTF-32"])
        }
        #expect(
            problems(Array("ferry: 1\n# K".utf8) + [0xf6, 0x6c, 0x6e])
                == ["2:4: the file is not text in UTF-8"])
    }

    @Test func `gives values the types that their tags say`() throws {
        let text = file(
            "{a: !!str 0, b: !!int \"5\", c: !!float 2, d: !!bool \"true\", e: !!null \"\", "
                + "f: !!str, g: !!map {h: !!seq [1]}, i: ! x}")
        let yaml = Configuration(try ConfigurationFile(text).configuration.objects.values)
            .yaml(environment: "production")
        for line in ["a: \"0\"", "b: 5", "c: 2", "d: true", "e: null", "f: \"\"", "i: x"] {
            #expect(yaml.contains("      \(line)\n"), "\(yaml)")
        }
        #expect(
            problems(file("{a: !!int x, b: !!bool 1, c: !!null 0, d: !!float true}")) == [
                "2:46: \"x\" does not match its tag !!int",
                "2:58: \"1\" does not match its tag !!bool",
                "2:71: \"0\" does not match its tag !!null",
                "2:84: \"true\" does not match its tag !!float",
            ])
    }

    @Test func `has no tags that would be lost`() {
        #expect(
            problems(file("{a: !secret x, b: [!env X], !!binary c: {d: !<tag:e,1:f> {}}}")) == [
                "2:46: the tag !secret is not supported here",
                "2:61: the tag !env is not supported here",
                "2:70: the tag !!binary is not supported here",
                "2:86: the tag tag:e,1:f is not supported here",
            ])
        #expect(
            problems("ferry: 1\ndatabases: !!set {a, b}").first
                == "2:12: the tag !!set is not supported here")
        #expect(
            problems("ferry: 1\ndatabases: {crm: {credential: !vault crm}}")
                == ["2:31: the tag !vault is not supported here"])
    }

    @Test func `has no merge keys, wherever they are`() {
        let merged = """
            ferry: 1
            destinations:
              D: &base
                kind: sftp
                settings: {a: &a {b: 1}, c: {<<: *a}, d: [{<<: *a}], "e": 1}
              E: {<<: *base}
            <<: {}
            """
        let message = "merge keys (<<) are not supported"
        #expect(problems(merged) == ["5:34: ", "5:48: ", "6:7: ", "7:1: "].map { $0 + message })
        #expect(problems(file("{\"<<\": 1}")) == [])
        #expect(problems(file("{!!str <<: 1}")) == [])
    }

    @Test func `has no key twice, however it is written`() {
        #expect(problems(file("{a: 1, \"a\": 2}")) == ["2:43: given twice: \"a\""])
        #expect(problems(file("{1: 1, \"1\": 2}")) == ["2:49: given twice: \"1\""])
        #expect(problems(file("{[a]: 1}")) == ["2:43: a key must be text, not a list"])
    }

    @Test func `is one document`() {
        for rest in ["", "---\n", "...\n", "---\n---\n", "...\n---\n# nothing\n"] {
            #expect(problems(databases + rest) == [], "\(rest)")
            #expect(problems("---\n" + databases + rest) == [], "\(rest)")
        }
        #expect(problems(databases + "---\nferry: 1\n") == ["4:1: the file has a second document"])
        #expect(problems("---\n---\n" + databases) == [])
        #expect(problems("---\n...\n") == ["1:1: the file is empty"])
    }

    /// The parser hashes keys with all that is in them.
    @Test func `has aliases to texts alone in its keys`() {
        var bomb = "{a0: &a0 [x, x, x, x, x, x, x, x, x]"
        for level in 1...4 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            bomb += ", a\(level): &a\(level) [\(aliases)]"
        }
        bomb += ", a5: {"
        let keys = [
            ("*a4", "a list"), ("[*a4, *a4]", "a list"), ("{a: *a4}", "a mapping"),
            ("? *a4", "a list"), ("? [[*a4], *a4]", "a list"), ("? {*a4: *a4}", "a mapping"),
        ]
        for (key, words) in keys {
            let found = problems(file(bomb + key + " : 1}}"))
            #expect(found.count == 1)
            #expect(found.first?.hasPrefix("2:") == true)
            #expect(found.first?.hasSuffix("a key must be text, not \(words)") == true, "\(found)")
            // Nor is it followed where something behind it is no YAML.
            #expect(problems(file(bomb + key + " : 1}, *")).count == 1)
        }

        #expect(
            problems(file("{a: &a [x], b: {? *a : 1}}"))
                == ["2:60: a key must be text, not a list"])
        #expect(problems(file("{a: &a x, b: {*a : 1}, \"*a\": '*a', c: x*a}")) == [])
        #expect(
            problems(file("{a: &a x, b: {*a : 1, *a : 2}}")) == ["2:56: given twice: \"*a\""])
    }

    @Test func `has aliases that stand for no more than can be read`() {
        var bomb = "{a0: &a0 [x, x, x, x, x, x, x, x, x]"
        for level in 1...8 {
            let alias = "*a\(level - 1)"
            bomb +=
                ", a\(level): &a\(level) ["
                + Array(repeating: alias, count: 9).joined(separator: ", ")
            bomb += "]"
        }
        let start = ContinuousClock.now
        let found = problems(file(bomb + "}"))
        let duration = ContinuousClock.now - start
        #expect(found.count == 1)
        #expect(
            found.first?.hasSuffix("aliases included, the file has more than 200000 values")
                == true, "\(found) after \(duration)")

        let deep = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
        #expect(problems(file(deep)) == ["2:103: values are more than 64 levels deep"])
        #expect(problems(file("{a: &a [1, 2], b: *a, c: [*a, *a]}")) == [])
    }
}

@Suite("A secret in a configuration file")
struct SecretInFileTests {
    private static let cases: [(text: String, said: String)] = [
        (file("{host: h, password: hunter2}"), "2:62: \"password\" holds a secret"),
        (file("{password: 42000}"), "2:53: \"password\" holds a secret"),
        (file("{a: [{Private-Key: hunter2}]}"), "2:61: \"Private-Key\" holds a secret"),
        (file("{secret: {value: [hunter2]}}"), "2:60: \"value\" holds a secret"),
        (file("{headers: {Authorization: Bearer hunter2}}"), "\"Authorization\" holds a secret"),
        (file("{url: \"https://ann:hunter2@h/\"}"), "2:48: \"url\" holds a secret"),
        (file("{a: \"host=h password=hunter2\"}"), "2:46: \"a\" holds a secret"),
        (file("{\"https://ann:hunter2@h/\": 1}"), "2:43: a key holds a secret"),
        (
            file("{\"https://ann:hunter2@h/\": 1, \"https://ann:hunter2@h/\": 2}"),
            "2:43: given twice: a key that holds a secret"
        ),
        ("ferry: 1\ndatabases: https://a:hunter2@h", "2:12: \"databases\" holds a secret"),
        ("password: hunter2", "1:11: \"password\" holds a secret"),
        (
            "ferry: 1\ndatabases: {crm: {credential: postgresql://u:hunter2@h/d}}",
            "2:31: \"credential\" holds a secret"
        ),
        ("ferry: 1\ndatabases: {password: hunter2}", "2:23: \"password\" holds a secret"),
        (
            "ferry: 1\ndata_exports: {X: {database: d, tables: [\"mysql://u:hunter2@h\"]}}",
            "2:42: \"tables\" holds a secret"
        ),
        (
            "ferry: 1\ndata_exports: {X: {table_settings: {a: {filter: "
                + "\"-----BEGIN RSA PRIVATE KEY-----hunter2\"}}}}",
            "2:49: \"filter\" holds a secret"
        ),
        (
            "ferry: 1\ndestinations: {D: {data_templates: {T: {password: hunter2}}}}",
            "2:51: \"password\" holds a secret"
        ),
    ]

    @Test(arguments: cases)
    func `is reported only by its place`(_ example: (text: String, said: String)) {
        let found = problems(example.text + "\nunknown: hunter2")
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix(example.said) == true, "\(found)")
        #expect(!found.joined().contains("hunter2"))
    }

    @Test func `is not what only looks like one`() {
        #expect(problems(file("{password: env:SFTP, private_key: \"file:/run/k\"}")) == [])
        #expect(
            problems(
                """
                ferry: 1
                databases: {secret: {credential: password}, Token: {credential: token}}
                data_exports:
                  password:
                    database: secret
                    tables: [users]
                    table_settings:
                      users: {mask: {password: "null"}, filter: "password = '' and user = 'x'"}
                """) == [])
    }
}
