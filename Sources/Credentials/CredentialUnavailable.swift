import Values

/// A credential that a worker cannot use. Does not contain its value.
public struct CredentialUnavailable: Error, Equatable, CustomStringConvertible {
    /// The error and the hint, as one sentence without a full stop.
    public let description: String

    public init(_ description: String) {
        self.description = description
    }

    /// - Parameters:
    ///   - owner: The program without the credential.
    ///   - others: The existing credentials of this kind.
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
    ///   - place: The requested server.
    ///   - allowed: The allowed servers.
    public static func misplaced(_ name: String, at place: String, allowed: String) -> Self {
        Self(
            "credential \"\(shown(name))\" may be used for \(shown(allowed)), not for "
                + "\(shown(place)): only the operators of the workers can change that")
    }
}

/// The problem of a credential, for the operators of the worker. Does not contain its value.
public struct CredentialProblem: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
