import Lifecycle
import Values
import Yams

/// Inspects a whole document, before any of it is read or shown, for content that a configuration
/// file cannot have.
///
/// A secret is reported alone, as messages about other problems repeat the content.
struct YAMLInspection {
    /// The problems; for a document that is too large only that.
    var found: [ConfigurationProblem] { tooLarge ?? (secrets.isEmpty ? problems : secrets) }

    /// Values, counted where aliases repeat them, too: a few lines of aliases to aliases mean
    /// billions.
    static let nodesMax = 200_000
    /// Maximum nesting depth.
    static let depthMax = 64

    private var problems: [ConfigurationProblem] = []
    private var secrets: [ConfigurationProblem] = []
    private var tooLarge: [ConfigurationProblem]?
    private var nodes = 0
    private var depth = 0

    private static let merging = YAMLReading.coreTags + "merge"
    /// The allowed tags of values of each form.
    private static let scalarTags = ["str", "int", "float", "bool", "null"].map(full)
    /// Tags that keys get only for their form: only their text counts.
    private static let keyTags = scalarTags + ["timestamp", "value"].map(full)

    private static func full(_ tag: String) -> String { YAMLReading.coreTags + tag }

    mutating func inspect(_ root: Node) { inspect(root, []) }

    /// - Parameter path: The keys that lead to it.
    private mutating func inspect(_ node: Node, _ path: [String]) {
        if tooLarge != nil { return }
        nodes += 1
        if nodes > Self.nodesMax {
            tooLarge = [Self.tooManyValues(at: node)]
            return
        }
        switch node {
        case .scalar(let scalar):
            check(scalar.tag, Self.scalarTags, node)
            if isSecret(scalar.string, path) {
                let key = path.last.map { "\"\(shown($0))\"" } ?? "the file"
                report(node, "\(key) holds a secret")
            }
        case .sequence(let sequence):
            check(sequence.tag, [Self.full("seq")], node)
            // An element belongs to the key of its list.
            descend(node, path) { for element in sequence { $0.inspect(element, path) } }
        case .mapping(let mapping):
            check(mapping.tag, [Self.full("map")], node)
            descend(node, path) { $0.inspect(mapping, path) }
        case .alias: break
        }
    }

    private mutating func inspect(_ mapping: Node.Mapping, _ path: [String]) {
        var seen: Set<String> = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                add(key, "a key must be text, not \(YAMLReading.words(key))")
                continue
            }
            if SecretForm.isSecret(scalar.string) {
                report(key, "a key holds a secret")
            } else if scalar.tag.description == Self.merging {
                add(
                    key, "merge keys (<<) are not supported",
                    hint: "write the keys out; aliases are supported for whole values")
            } else {
                check(scalar.tag, Self.keyTags, key)
                if !seen.insert(scalar.string).inserted {
                    add(key, "given twice: \"\(shown(scalar.string))\"", hint: "keep one of them")
                }
            }
            inspect(value, path + [scalar.string])
        }
    }

    private mutating func descend(
        _ node: Node, _ path: [String], _ body: (inout YAMLInspection) -> Void
    ) {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.depthMax {
            tooLarge = [
                Self.tooLarge(node, "values are more than \(Self.depthMax) levels deep")
            ]
            return
        }
        body(&self)
    }

    /// As for commands: table settings may name columns like this.
    private func isSecret(_ text: String, _ path: [String]) -> Bool {
        if path.count > 3, path[0] == ConfiguredKind.dataExport.group, path[2] == "table_settings" {
            return SecretForm.isPrivateKey(text)
        }
        return SecretForm.isSecret(text, under: Self.keys(path))
    }

    /// The keys of a path without the names of objects, which are arbitrary.
    private static func keys(_ path: [String]) -> [String] {
        let isTemplate = path.count > 4 && path[2] == ConfiguredKind.dataTemplate.group
        if isTemplate { return Array(path.dropFirst(4)) }
        let isObject = path.count > 2 && ConfiguredKind.allCases.contains { $0.group == path[0] }
        return isObject ? Array(path.dropFirst(2)) : path
    }

    private mutating func check(_ tag: Tag, _ known: [String], _ node: Node) {
        let name = tag.description
        if ["", "!"].contains(name) || known.contains(name) { return }
        let core = YAMLReading.coreTags
        let word = name.hasPrefix(core) ? "!!" + name.dropFirst(core.count) : name
        add(
            node, "the tag \(shown(String(word.prefix(64)))) is not supported here",
            hint: "write the value itself; give secrets to the workers, and write their names here")
    }

    private mutating func add(_ node: Node, _ message: String, hint: String? = nil) {
        problems.append(ConfigurationProblem(YAMLReading.place(node), message, hint: hint))
    }

    private mutating func report(_ node: Node, _ message: String) {
        secrets.append(
            ConfigurationProblem(
                YAMLReading.place(node), message,
                hint: "give the secret to the workers, and write its name here; if others could "
                    + "have seen this one, change it"))
    }

    static func tooManyValues(at node: Node) -> ConfigurationProblem {
        tooLarge(node, "aliases included, the file has more than \(nodesMax) values")
    }

    private static func tooLarge(_ node: Node, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(
            YAMLReading.place(node), message, hint: "shorten it, or split it into several files")
    }
}
