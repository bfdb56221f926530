import Values

/// An object that a command names, in whatever environment it is sent to.
struct NamedObject {
    let kind: ObjectKind
    /// As in ``Reference/key``.
    let key: String
}

extension CommandDefinition {
    /// First the object that the command is about, then those that its arguments name besides.
    func objects(namedBy given: Arguments) throws(Rejection) -> [NamedObject] {
        var target: [String] = []
        for argument in key(of: given) { target.append(try given.key(argument)) }
        // Then its resolutions, destination, database and orchestration are loaded with a run.
        if resolvesRun { target.append("") }
        var named = [NamedObject(kind: lane, key: target.joined(separator: Reference.separator))]
        for parameter in parameters where given.has(parameter) {
            guard let naming = arguments[parameter]?.naming else { continue }
            for key in try given.keys(parameter) {
                named.append(
                    NamedObject(
                        kind: naming.kind,
                        key: try naming.key(key, in: given)))
            }
        }
        return named
    }

    /// The arguments that together give the key of the object that it is about.
    private func key(of given: Arguments) -> [String] {
        guard let keyWhenAbsent, !key.contains(where: given.has) else { return key }
        return keyWhenAbsent
    }
}

extension CommandDefinition.Naming {
    /// Without the argument that gives its scope, all objects of the kind are loaded that are in
    /// any scope that is.
    fileprivate func key(_ key: String, in given: Arguments) throws(Rejection) -> String {
        guard let scope else { return key }
        guard given.has(scope) else { return Reference.separator }
        return try given.key(scope) + Reference.separator + key
    }
}

extension Arguments {
    /// What identifies the object that the argument names.
    fileprivate func key(_ argument: String) throws(Rejection) -> String {
        try keys(argument).first ?? ""
    }

    fileprivate func keys(_ argument: String) throws(Rejection) -> [String] {
        switch try required(argument) {
        case .string(let text):
            // One of a few fixed choices does not name an object.
            definition.arguments[argument]?.choices == nil ? [Name.key(of: text)] : [text]
        case .int(let number): [String(number)]
        case .array: try strings(argument).map { Name.key(of: $0) }
        case .null, .bool, .double, .object: []
        }
    }
}
