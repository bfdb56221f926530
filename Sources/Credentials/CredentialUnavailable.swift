import Values

/// A credential that a worker cannot use. Holds nothing of its value.
public struct CredentialUnavailable: Error, Equatable, CustomStringConvertible {
    /// What is wrong and the way out, as one sentence without its full stop.
    public let description: String

    public init(_ description: String) {
        self.description = description
    }

    /// - Parameters:
    ///   - owner: Who does not have it.
    ///   - others: The credentials of this kind that there are.
    static func unknown(
        _ name: String, _ kind: CredentialKind, to owner: String, others: [String]
    ) -> Self {
        let variable = WorkerCredentials.variable(of: name).map { "as \($0) or " } ?? ""
        return Self(
            "\(owner) has no credential \"\(shown(name))\": give it one, \(variable)in a file "
                + "(--credentials)"
                + (others.isEmpty
                    ? ""
                    : "; its credentials of kind \(kind.rawValue): "
                        + "\(others.joined(separator: ", "))"))
    }

    static func wrongKind(_ name: String, _ kind: CredentialKind, wanted: CredentialKind) -> Self {
        Self(
            "credential \"\(shown(name))\" is of kind \(kind.rawValue), but kind "
                + "\(wanted.rawValue) is required")
    }

    /// - Parameters:
    ///   - place: Where it was to be sent.
    ///   - allowed: Where it may be sent.
    public static func misplaced(_ name: String, at place: String, allowed: String) -> Self {
        Self(
            "credential \"\(shown(name))\" may be used for \(shown(allowed)), not for "
                + "\(shown(place)): only the operators of the workers can change that")
    }
}

/// What is wrong with a credential, for those who run the worker. Holds nothing of its value.
public struct CredentialProblem: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
