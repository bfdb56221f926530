import Lifecycle
import Values
import Yams

/// Reads the objects of a configuration file.
struct ConfigurationReader {
    var yaml = YAMLReading()
    private(set) var objects: [DefinedObject] = []
    private(set) var places: [DefinedObject.Identity: [String: Place]] = [:]

    /// The kinds that are present but empty.
    private(set) var emptied: Set<ConfiguredKind> = []

    var problems: [ConfigurationProblem] { yaml.problems }

    private static let groups = ConfiguredKind.allCases.filter { $0 != .dataTemplate }

    mutating func read(_ root: Node) {
        let members = yaml.members(
            root, of: "the file", known: ["ferry"] + Self.groups.map(\.group))
        readVersion(members["ferry"], root)
        for kind in Self.groups {
            guard let group = members[kind.group] else { continue }
            let members = yaml.members(group.value, of: kind.group)
            if case .mapping = group.value, members.isEmpty { emptied.insert(kind) }
            for member in members { read(kind, member) }
        }
    }

    private mutating func readVersion(_ member: YAMLReading.Member?, _ root: Node) {
        let hint = "write \"ferry: \(Configuration.version)\""
        guard let member else {
            let place = Place(line: 1, column: 1)
            return yaml.complain(place, "the key \"ferry\" is missing", hint: hint)
        }
        let version = yaml.json(member.value)
        if version != .int(Configuration.version) {
            yaml.complain(
                member.place,
                "this release supports version \(Configuration.version) of the file, not "
                    + "\(shown(version.text))", hint: hint)
        }
    }

    private mutating func read(_ kind: ConfiguredKind, _ member: YAMLReading.Member) {
        guard let name = name(member, of: kind) else { return }
        let what = "\(kind.word) \"\(shown(name))\""
        let before = problems.count
        let nested = kind == .destination ? [ConfiguredKind.dataTemplate.group] : []
        let members = yaml.members(member.value, of: what, known: kind.keys + nested)
        var definition: [String: JSONValue] = [:]
        for key in kind.keys {
            guard let given = members[key], !yaml.isNull(given.value) else {
                if kind.required.contains(key) {
                    yaml.complain(
                        members[key]?.place ?? member.place, "\(what) needs \"\(key)\"")
                }
                continue
            }
            definition[key] = value(of: key, given, what)
        }
        let object = DefinedObject(kind, name: name, definition: definition)
        let places = Self.places(of: members)
        add(object, member.place, places)
        if problems.count == before { check(object, member.place, places) }
        guard let templates = members[ConfiguredKind.dataTemplate.group] else { return }
        for template in yaml.members(templates.value, of: "data_templates of \(what)") {
            readTemplate(template, of: name, what)
        }
    }

    /// The places of the values, and of the elements of lists.
    private static func places(of members: [String: YAMLReading.Member]) -> [String: Place] {
        var places: [String: Place] = [:]
        for (key, member) in members {
            places[key] = YAMLReading.place(member.value)
            guard case .sequence(let elements) = member.value else { continue }
            for (index, element) in elements.enumerated() {
                places[ConfigurationFile.element(index, of: key)] = YAMLReading.place(element)
            }
        }
        return places
    }

    private mutating func readTemplate(
        _ member: YAMLReading.Member, of destination: String, _ what: String
    ) {
        guard let name = name(member, of: .dataTemplate) else { return }
        let settings = object(
            member.value, "the settings of data template \"\(shown(name))\" of \(what)")
        add(
            DefinedObject(
                .dataTemplate, destination: destination, name: name,
                definition: ["settings": settings]),
            member.place, ["settings": YAMLReading.place(member.value)])
    }

    private mutating func add(
        _ object: DefinedObject, _ place: Place, _ keys: [String: Place]
    ) {
        if let first = places[object.identity]?[ConfigurationFile.name] {
            yaml.complain(
                place, "\(object.words) is defined twice, first in line \(first.line)",
                hint: "names are case-insensitive")
        }
        objects.append(object)
        places[object.identity] = keys.merging([ConfigurationFile.name: place]) { $1 }
    }

    private mutating func name(_ member: YAMLReading.Member, of kind: ConfiguredKind) -> String? {
        do throws(InvalidName) {
            return try Name(member.key, of: "\(kind.word) name").text
        } catch {
            yaml.complain(member.place, error.message, hint: error.hint)
            return nil
        }
    }

    private mutating func object(_ node: Node, _ what: String) -> JSONValue {
        guard case .mapping = node else {
            yaml.complain(
                YAMLReading.place(node),
                "\(what) must be a mapping of keys to values, not "
                    + YAMLReading.words(node), hint: "write {} for none")
            return [:]
        }
        return yaml.json(node)
    }

    private mutating func value(
        of key: String, _ member: YAMLReading.Member, _ what: String
    ) -> JSONValue? {
        let label = "\"\(key)\" of \(what)"
        switch key {
        case "settings": return object(member.value, label)
        case "administrators_only", "enabled", "manual": return boolean(member.value, label)
        case "runtime_seconds_max", "retry_seconds_max": return integer(member.value, label)
        case "tables": return tables(member.value, label)
        case "table_settings": return tableSettings(member.value, label)
        case "orchestrations": return list(member.value, label, of: "orchestrations")
        case "on": return list(member.value, label, of: "events", among: AlertEvent.allCases)
        case "program": return list(member.value, label, of: "words")
        default:
            guard let text = yaml.string(member.value, label) else { return nil }
            check(text, key, member.value, label)
            return .string(text)
        }
    }

    private mutating func check(_ text: String, _ key: String, _ node: Node, _ label: String) {
        if key == "kind", !Destination.kinds.contains(text) {
            yaml.complain(
                YAMLReading.place(node),
                "unknown destination kind \"\(shown(text))\""
                    + Suggestion.words(for: text, among: Destination.kinds),
                hint: "kinds: " + Destination.kinds.joined(separator: ", "))
        }
        if key == "catch_up", CatchUp(rawValue: text) == nil {
            yaml.complain(
                YAMLReading.place(node),
                "\(label) must be one or none, not \"\(shown(text))\"",
                hint: "one starts one run for all missed times, none skips them")
        }
        if key == "credential", !CredentialName.isValid(text) {
            // The message does not contain the value: it may be a URL with a password.
            yaml.complain(
                YAMLReading.place(node),
                "\(label) must be the name of a credential of the workers: \(CredentialName.rule)")
        }
    }

    private mutating func tables(_ node: Node, _ label: String) -> JSONValue? {
        if yaml.json(node) == "all" { return "all" }
        guard case .sequence(let elements) = node, !elements.isEmpty else {
            yaml.complain(
                YAMLReading.place(node),
                "\(label) must be a list of tables or all, not "
                    + YAMLReading.words(node), hint: "for example [public.customers, public.orders]"
            )
            return nil
        }
        return .array(
            elements.compactMap { element in
                guard let text = yaml.string(element, "a table of \(label)") else { return nil }
                return table(text, YAMLReading.place(element)).map { .string($0.canonical) }
            })
    }

    private mutating func table(_ text: String, _ place: Place) -> TableName? {
        if let table = TableName(text) { return table }
        yaml.complain(
            place, "\"\(shown(text))\" is not the name of a table",
            hint: "write schema.table or table; put a part with a dot or a quotation mark in "
                + "double quotes")
        return nil
    }

    private mutating func tableSettings(_ node: Node, _ label: String) -> JSONValue {
        var result: [String: JSONValue] = [:]
        for member in yaml.members(node, of: label) {
            guard let table = table(member.key, member.place) else { continue }
            do throws(InvalidTableSettings) {
                let settings = try TableSettings(yaml.json(member.value))
                if result[table.canonical] != nil {
                    yaml.complain(member.place, "\(label) contains \(shown(table.canonical)) twice")
                }
                result[table.canonical] = settings.json
            } catch {
                yaml.complain(
                    member.place,
                    "settings of table \"\(shown(table.canonical))\": \(error.message)",
                    hint: error.hint)
            }
        }
        return .object(result)
    }
}
