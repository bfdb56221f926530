import Values
import Yams

// Values of one type.
extension ConfigurationReader {
    mutating func boolean(_ node: Node, _ label: String) -> JSONValue? {
        if case .bool(let value) = yaml.json(node) { return .bool(value) }
        yaml.complain(
            YAMLReading.place(node),
            "\(label) must be true or false, not \(YAMLReading.words(node))")
        return nil
    }

    mutating func integer(_ node: Node, _ label: String) -> JSONValue? {
        if case .int(let value) = yaml.json(node) { return .int(value) }
        yaml.complain(
            YAMLReading.place(node),
            "\(label) must be a whole number, not \(YAMLReading.words(node))")
        return nil
    }

    /// A list of texts.
    mutating func list(_ node: Node, _ label: String, of what: String) -> JSONValue? {
        guard case .sequence(let elements) = node else {
            yaml.complain(
                YAMLReading.place(node),
                "\(label) must be a list of \(what), not \(YAMLReading.words(node))",
                hint: "write [a, b], or one per line after \"- \"")
            return nil
        }
        return .array(
            elements.compactMap { element in
                yaml.string(element, "an element of \(label)").map(JSONValue.string)
            })
    }

    /// A list of words from a fixed set.
    mutating func list<Choice: RawRepresentable<String>>(
        _ node: Node, _ label: String, of what: String, among choices: [Choice]
    ) -> JSONValue? {
        guard let list = list(node, label, of: what) else { return nil }
        guard case .sequence(let elements) = node else { return list }
        let known = choices.map(\.rawValue)
        for case .scalar(let scalar) in elements where !known.contains(scalar.string) {
            yaml.complain(
                YAMLReading.place(.scalar(scalar)),
                "\(label) has the unknown value \"\(shown(scalar.string))\""
                    + Suggestion.words(for: scalar.string, among: known),
                hint: "values: \(known.joined(separator: ", "))")
        }
        return list
    }
}
