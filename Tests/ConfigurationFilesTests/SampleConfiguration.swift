import ConfigurationFiles
import Lifecycle
import Values

/// Configurations of all kinds of objects and settings, with names and texts that are hard to
/// write; the same for the same seed.
struct SampleConfiguration: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 29)) &* 0xbf58_476d_1ce4_e5b9
    }

    /// Texts that a reader of YAML could take for something else.
    static let texts = [
        "yes", "No", "on", "OFF", "y", "N", "true", "False", "null", "~", "", " ", " lead",
        "trail ", "42", "-1", "0x1F", "0o17", "1e3", ".5", "1_000", "12:30:45", "2026-01-31",
        "2026-01-31T12:00:00Z", ".inf", ".NaN", "-", "- a", "?", "? a", ":", "a: b", "a:", "a #b",
        "#a", "&a", "*a", "!a", "!!str a", "%a", "@a", "`a", "|", ">", "[a", "]a", "{a", "}a", ",a",
        "'a'", "\"a\"", "\\", "a\\nb", "a'b\"c", "<<", "=", "---", "--- a", "...", "é", "e\u{301}",
        "日本語", "🚢", "\u{202e}x", "a\u{a0}b", "a\u{feff}", "\u{85}", "\u{2028}", "\u{200b}",
        "a\tb", "a\nb", "a\n", "a\n\n", "\na", "a\n\nb\n", " a\nb", "a\n  b\n", "a \nb", "a\r\nb",
        "\u{7f}", "\u{1b}[31m", "a\n\u{1b}", "-----BEGIN\n\nabc=\n-----END\n", "x\n\ty",
        "\u{10ffff}",
    ]

    mutating func configuration() -> Configuration {
        var objects: [DefinedObject] = []
        let databases = names(3)
        objects += databases.map {
            DefinedObject(.database, name: $0, definition: ["credential": "a_b"])
        }
        var orchestrations: [String] = []
        let exports = names(3)
        for name in exports { objects.append(export(name, of: databases)) }
        for destination in names(3) {
            objects.append(
                DefinedObject(
                    .destination, name: destination,
                    definition: [
                        "kind": .string(Destination.kinds.randomElement(using: &self) ?? "s3"),
                        "settings": .object(members(3)),
                        "administrators_only": .bool(Bool.random(using: &self)),
                    ]))
            for template in names(2) {
                objects.append(
                    DefinedObject(
                        .dataTemplate, destination: destination, name: template,
                        definition: ["settings": .object(members(3))]))
                orchestrations.append(template + destination)
                objects.append(
                    DefinedObject(
                        .orchestration, name: template + destination,
                        definition: [
                            "data_export": .string(exports[0]),
                            "destination": .string(destination),
                            "data_template": .string(template),
                        ]))
            }
        }
        objects += groups(of: orchestrations)
        objects += names(4).map { alert($0, about: orchestrations) }
        return Configuration(objects)
    }

    /// Of which some come after the one before.
    private mutating func groups(of orchestrations: [String]) -> [DefinedObject] {
        var seen: Set<String> = []
        let chosen = orchestrations.filter { seen.insert(Name.key(of: $0)).inserted }
        let names = names(4).enumerated().map { "\($0.element) \($0.offset)" }
        return names.enumerated().map { index, name in
            var definition: [String: JSONValue] =
                switch Int.random(in: 0...3, using: &self) {
                case 0 where index > 0: ["after": .string(names[index - 1])]
                case 1: ["schedule": "30 2 * * 1-5"]
                case 2: ["schedule": "@daily", "time_zone": "Asia/Tokyo", "catch_up": "none"]
                default: ["manual": true]
                }
            let count = Int.random(in: 1...chosen.count, using: &self)
            definition["orchestrations"] = .array(
                chosen.shuffled(using: &self).prefix(count).map(JSONValue.string))
            definition["enabled"] = .bool(Bool.random(using: &self))
            return DefinedObject(.orchestrationGroup, name: name, definition: definition)
        }
    }

    private mutating func alert(
        _ name: String, about orchestrations: [String]
    ) -> DefinedObject {
        var definition: [String: JSONValue] = ["on": ["failure"]]
        if Bool.random(using: &self) {
            definition = ["on": ["success", "runtime"], "runtime_seconds_max": 7200]
        }
        if Bool.random(using: &self) {
            definition["credential"] = ["ops", "1", "0.1", "no", "null"].randomElement(using: &self)
                .map(JSONValue.string)
            definition["retry_seconds_max"] = 0
        } else {
            let words = (0..<3).map { _ in text { _ in true } }
            definition["program"] = .array((["/bin/page"] + words).map(JSONValue.string))
        }
        if Bool.random(using: &self) {
            definition["orchestration"] =
                orchestrations.randomElement(using: &self).map(JSONValue.string)
        }
        return DefinedObject(.alert, name: name, definition: definition)
    }

    private mutating func export(_ name: String, of databases: [String]) -> DefinedObject {
        let tables = ["public.a", "public.\"A b\"", "s.\"x\"\"y.z\"", "\"1\".\"- c:\""]
        let chosen: JSONValue =
            Bool.random(using: &self)
            ? "all" : .array(tables.shuffled(using: &self).map(JSONValue.string))
        let column = text { !$0.isEmpty && $0.utf8.count < 60 }
        return DefinedObject(
            .dataExport, name: name,
            definition: [
                "database": .string(databases[0]), "tables": chosen,
                "table_settings": [
                    tables[0]: [
                        "columns": [.string(column), "id"], "mask": [column: "hash"],
                        "rows": ["minimum": 10, "otherwise": "warn"],
                    ],
                    tables[1]: ["filter": "a = 'x'\n  and b is not null"],
                    tables[2]: ["filter": "note <> 'yes: #1'"],
                ],
            ])
    }

    private mutating func names(_ count: Int) -> [String] {
        (0..<count).map { number in
            let start = text { text in (try? Name(text, of: "name"))?.text == text }
            return "\(start)\(number == 0 ? "" : String(number))"
        }
    }

    private mutating func text(_ isAllowed: (String) -> Bool) -> String {
        Self.texts.filter(isAllowed).randomElement(using: &self) ?? "x"
    }

    private mutating func members(_ depth: Int) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for _ in 0..<Int.random(in: 0...4, using: &self) {
            members[text { _ in true }] = value(depth)
        }
        return members
    }

    private mutating func value(_ depth: Int) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 8 : 5), using: &self) {
        case 0: .bool(Bool.random(using: &self))
        case 1: .int(Int64.random(in: .min ... .max, using: &self))
        case 2: .double(Double.random(in: -1...1, using: &self) * 1e30)
        case 3...5: .string(text { _ in true })
        case 6: .array((0..<3).map { _ in value(0) })
        case 7: .array([.object(members(0)), .array([value(0)])])
        default: .object(members(depth - 1))
        }
    }
}
