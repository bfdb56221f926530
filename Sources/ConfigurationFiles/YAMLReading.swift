import Values
import Yams

/// Reads the values of a YAML text, and collects their problems.
///
/// An unquoted value has its type in JSON: a number, `true`, `false` or `null`; anything else is
/// text. So `no` is text, and a version such as `1.10` is a number. A tag of the core (`!!str`,
/// `!!int`, `!!float`, `!!bool`, `!!null`) sets its type.
struct YAMLReading {
    private(set) var problems: [ConfigurationProblem] = []

    struct Member {
        var key: String
        var place: Place
        var value: Node
    }

    mutating func complain(_ place: Place, _ message: String, hint: String? = nil) {
        problems.append(ConfigurationProblem(place, message, hint: hint))
    }

    /// The members of a mapping; empty for nothing.
    mutating func members(_ node: Node, of what: String) -> [Member] {
        guard case .mapping(let mapping) = node else {
            if !isNull(node) {
                complain(
                    Self.place(node),
                    "\(what) must be a mapping of names to values, not "
                        + Self.words(node))
            }
            return []
        }
        var members: [Member] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                complain(Self.place(key), "a key of \(what) must be text, not \(Self.words(key))")
                continue
            }
            members.append(Member(key: scalar.string, place: Self.place(key), value: value))
        }
        return members
    }

    /// The members of a mapping with only these keys.
    mutating func members(
        _ node: Node, of what: String, known: [String]
    ) -> [String: Member] {
        var result: [String: Member] = [:]
        for member in members(node, of: what) {
            if known.contains(member.key) {
                result[member.key] = member
            } else {
                complain(
                    member.place,
                    "\(what) has no key \"\(shown(member.key))\""
                        + Suggestion.words(for: member.key, among: known),
                    hint: "keys: \(known.joined(separator: ", "))")
            }
        }
        return result
    }

    /// Any value.
    mutating func json(_ node: Node) -> JSONValue {
        switch node {
        case .scalar(let scalar): return value(scalar, node)
        case .sequence(let sequence): return .array(sequence.map { json($0) })
        case .mapping:
            var object: [String: JSONValue] = [:]
            for member in members(node, of: "a value") { object[member.key] = json(member.value) }
            return .object(object)
        case .alias: return .null
        }
    }

    private mutating func value(_ scalar: Node.Scalar, _ node: Node) -> JSONValue {
        if isNull(node) { return .null }
        let plain = JSONValue(json: scalar.string).flatMap(Self.plain)
        let tag = Self.tag(of: scalar)
        switch (tag, plain) {
        case ("str", _), (nil, nil): return .string(scalar.string)
        case (nil, let value?): return value
        case ("int", .int(let number)?): return .int(number)
        case ("float", .int?), ("float", .double?), ("bool", .bool?): return plain ?? .null
        default:
            complain(
                Self.place(node), "\(Self.words(node)) does not match its tag !!\(tag ?? "")")
            return .null
        }
    }

    /// `str`, `int` …, or nil if the form decides.
    private static func tag(of scalar: Node.Scalar) -> String? {
        let tag = scalar.tag.description
        if tag.hasPrefix(coreTags) { return String(tag.dropFirst(coreTags.count)) }
        return scalar.style == .plain ? nil : "str"
    }

    /// The prefix of YAML's own tags.
    static let coreTags = "tag:yaml.org,2002:"

    /// Text, even if it looks like a number.
    mutating func string(_ node: Node, _ what: String) -> String? {
        if case .scalar(let scalar) = node, !isNull(node) { return scalar.string }
        complain(Self.place(node), "\(what) must be text, not \(Self.words(node))")
        return nil
    }

    func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, [nil, "null"].contains(Self.tag(of: scalar)) else {
            return false
        }
        return ["", "~", "null"].contains(scalar.string)
    }

    /// A plain scalar can be a number or a truth value, but no JSON array or object.
    private static func plain(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .bool, .int, .double: value
        default: nil
        }
    }

    static func place(_ node: Node) -> Place {
        Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// The type of the node, for messages.
    static func words(_ node: Node) -> String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        case .scalar(let scalar):
            scalar.string.isEmpty ? "nothing" : "\"\(shown(String(scalar.string.prefix(64))))\""
        }
    }
}
