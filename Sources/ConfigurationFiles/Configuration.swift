import Values

/// All configured objects of an environment.
public struct Configuration: Sendable {
    public private(set) var objects: [DefinedObject.Identity: DefinedObject] = [:]

    /// The current version of the file.
    static let version: Int64 = 1

    public init(_ objects: some Sequence<DefinedObject>) {
        for object in objects { self.objects[object.identity] = object }
    }

    subscript(_ identity: DefinedObject.Identity) -> DefinedObject? { objects[identity] }

    /// The objects of a kind, in the order of their names.
    func all(_ kind: ConfiguredKind) -> [DefinedObject] {
        objects.values.filter { $0.kind == kind }.sorted { first, second in
            first.destination == second.destination
                ? YAMLText.precedes(first.name, second.name)
                : YAMLText.precedes(first.destination ?? "", second.destination ?? "")
        }
    }

    /// The configuration as a file: equal configurations give equal bytes.
    ///
    /// - Parameter environment: Its environment, for the comment at the top.
    public func yaml(environment: String) -> String {
        var yaml = YAMLText()
        yaml.comment("The configuration of the environment \(shown(environment)) of Ferry.")
        yaml.comment("`ferry plan FILE` shows what would change, `ferry apply FILE` changes it.")
        yaml.comment("It names credentials, but contains no secrets.")
        yaml.write("ferry", .int(Self.version), indentation: 0)
        for kind in ConfiguredKind.allCases where kind != .dataTemplate {
            let objects = all(kind)
            if objects.isEmpty { continue }
            yaml.open(kind.group, indentation: 0)
            for object in objects { write(object, to: &yaml) }
        }
        return yaml.text
    }

    private func write(_ object: DefinedObject, to yaml: inout YAMLText) {
        yaml.open(object.name, indentation: 2)
        let written = object.written
        for key in object.kind.keys {
            guard let value = written[key] else { continue }
            yaml.write(key, value, indentation: 4)
        }
        guard object.kind == .destination else { return }
        let templates = all(.dataTemplate).filter {
            $0.destination.map(Name.key) == Name.key(of: object.name)
        }
        if templates.isEmpty { return }
        yaml.open(ConfiguredKind.dataTemplate.group, indentation: 4)
        for template in templates {
            yaml.write(template.name, template.definition["settings"] ?? [:], indentation: 6)
        }
    }
}
