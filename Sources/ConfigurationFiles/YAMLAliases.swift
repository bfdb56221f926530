import Yams

/// Counts the values of the aliases of a YAML text, before Yams resolves them.
///
/// Yams hashes the keys of a mapping with their contents, so a few lines of aliases to aliases in
/// one key would keep it busy for years. Here each alias is read as plain text.
struct YAMLAliases {
    private struct Anchored {
        /// The number of values, counted where aliases repeat them, too.
        var size: Int
        /// Its type if it is not text: `a list`.
        var collection: String?
    }

    /// Replaces the `*` of an alias: no text of a configuration contains it.
    private static let marker: Unicode.Scalar = "\u{E000}"
    private static let instead: Unicode.Scalar = "\u{E001}"

    private var anchored: [String: Anchored] = [:]

    /// - Throws: ``InvalidConfiguration`` for invalid YAML, for aliases of more than
    ///   ``YAMLInspection/nodesMax`` values, and for a text with aliases and a key that is not
    ///   text.
    static func check(_ text: String) throws(InvalidConfiguration) {
        guard let marked = marked(text) else { return }
        var aliases = YAMLAliases()
        do {
            let parser = try Parser(yaml: marked)
            // It keeps the anchors.
            try withExtendedLifetime(parser) {
                while let root = try parser.nextRoot() { _ = try aliases.size(of: root) }
            }
        } catch let error as InvalidConfiguration {
            throw error
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            throw InvalidConfiguration([
                YAMLDocument.problem(
                    .duplicatedKeysInMapping(
                        duplicates: keys.map {
                            $0.replacing(String(Self.marker), with: "*")
                        }, context: context))
            ])
        } catch {
            throw YAMLDocument.invalid(error)
        }
    }

    /// The text with every `*` that may begin an alias replaced; nil if there is none.
    private static func marked(_ text: String) -> String? {
        let scalars = text.unicodeScalars
        var marked = String.UnicodeScalarView()
        var hasAliases = false
        for index in scalars.indices {
            switch scalars[index] {
            case "*":
                let next = scalars.index(after: index)
                let isAlias = next < scalars.endIndex && isOfName(scalars[next])
                hasAliases = hasAliases || isAlias
                marked.append(isAlias ? marker : "*")
            case marker: marked.append(instead)
            case let other: marked.append(other)
            }
        }
        return hasAliases ? String(marked) : nil
    }

    private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    private mutating func size(of node: Node) throws -> Int {
        var size = 1
        switch node {
        case .scalar(let scalar):
            size = max(names(in: scalar).reduce(0) { $0 + (anchored[$1]?.size ?? 1) }, 1)
            note(Anchored(size: size), scalar.anchor)
        case .sequence(let sequence):
            for element in sequence { try add(element, to: &size) }
            note(Anchored(size: size, collection: YAMLReading.words(node)), sequence.anchor)
        case .mapping(let mapping):
            for (key, value) in mapping {
                if let words = collection(key) {
                    throw InvalidConfiguration([
                        ConfigurationProblem(
                            YAMLReading.place(key), "a key must be text, not \(words)")
                    ])
                }
                try add(key, to: &size)
                try add(value, to: &size)
            }
            note(Anchored(size: size, collection: YAMLReading.words(node)), mapping.anchor)
        case .alias: break
        }
        return size
    }

    private mutating func add(_ node: Node, to size: inout Int) throws {
        size += try self.size(of: node)
        if size > YAMLInspection.nodesMax {
            throw InvalidConfiguration([YAMLInspection.tooManyValues(at: node)])
        }
    }

    private mutating func note(_ meaning: Anchored, _ anchor: Anchor?) {
        if let anchor { anchored[anchor.rawValue] = meaning }
    }

    private func collection(_ key: Node) -> String? {
        guard case .scalar(let scalar) = key else { return YAMLReading.words(key) }
        return names(in: scalar).lazy.compactMap { anchored[$0]?.collection }.first
    }

    /// The names of the aliases that an unquoted text is or may contain.
    private func names(in scalar: Node.Scalar) -> [String] {
        guard scalar.style == .plain else { return [] }
        return scalar.string.unicodeScalars.split(
            separator: Self.marker, omittingEmptySubsequences: false
        ).dropFirst().map { String(String.UnicodeScalarView($0.prefix(while: Self.isOfName))) }
    }
}
