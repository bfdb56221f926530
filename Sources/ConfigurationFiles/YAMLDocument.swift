import Lifecycle
import Values
import Yams

/// The only document of a YAML text; aliases are resolved.
struct YAMLDocument {
    let root: Node

    /// - Throws: ``InvalidConfiguration`` for invalid YAML, no document or more than one, and for
    ///   problems that ``YAMLInspection`` finds.
    init(_ text: String) throws(InvalidConfiguration) {
        try YAMLAliases.check(text)
        let root = try Self.root(text)
        var inspection = YAMLInspection()
        inspection.inspect(root)
        if !inspection.found.isEmpty { throw InvalidConfiguration(inspection.found) }
        self.root = root
    }

    private static func root(_ text: String) throws(InvalidConfiguration) -> Node {
        let start = Place(line: 1, column: 1)
        do {
            let parser = try Parser(yaml: text)
            var root: Node?
            while let next = try parser.nextRoot() {
                if isEmpty(next) { continue }
                if root != nil {
                    throw InvalidConfiguration([
                        ConfigurationProblem(
                            YAMLReading.place(next), "the file has a second document",
                            hint: "put everything into one document: remove the line --- between "
                                + "them")
                    ])
                }
                root = next
            }
            if let root { return root }
            throw InvalidConfiguration([
                ConfigurationProblem(
                    start, "the file is empty", hint: "start it with the line \"ferry: 1\"")
            ])
        } catch let error as InvalidConfiguration {
            throw error
        } catch {
            throw invalid(error)
        }
    }

    /// An error of Yams.
    static func invalid(_ error: any Error) -> InvalidConfiguration {
        InvalidConfiguration([
            (error as? YamlError).map(problem)
                ?? ConfigurationProblem(Place(line: 1, column: 1), "\(error)")
        ])
    }

    private static func isEmpty(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return scalar.style == .plain && scalar.string.isEmpty
    }

    static func problem(_ error: YamlError) -> ConfigurationProblem {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let around = context.map { " (\(shown($0.text)))" } ?? ""
            return ConfigurationProblem(
                Place(line: mark.line, column: mark.column),
                "invalid YAML: \(shown(problem))\(around)",
                hint: "check the indentation, and put texts with special characters in quotes")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return ConfigurationProblem(
                Place(line: context.mark.line, column: context.mark.column),
                "given twice: " + duplicates.map(key).joined(separator: ", "),
                hint: "keep one of them")
        case .reader(let problem, _, _, _):
            return ConfigurationProblem(
                Place(line: 1, column: 1), "the file cannot be read: \(shown(problem))",
                hint: "it must be text in UTF-8, without control characters")
        default: return ConfigurationProblem(Place(line: 1, column: 1), shown("\(error)"))
        }
    }

    /// A key in a message, unless it looks like a secret.
    private static func key(_ text: String) -> String {
        SecretForm.isSecret(text) ? "a key that holds a secret" : "\"\(shown(text))\""
    }
}
