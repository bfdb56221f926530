import Foundation

/// Where a secret is found: the only form in which commands, events and tables ever hold one.
public enum SecretReference: Sendable, Equatable {
    /// `env:NAME`: an environment variable of the worker.
    case environment(String)
    /// `file:/path`: a file that the worker can read; a trailing newline does not count.
    case file(String)

    /// - Throws: ``SecretUnavailable`` for any other form. The text
    ///   is not repeated: it may be the secret itself.
    public init(_ text: String) throws(SecretUnavailable) {
        if text.hasPrefix("env:") {
            self = .environment(String(text.dropFirst("env:".count)))
        } else if text.hasPrefix("file:/") {
            self = .file(String(text.dropFirst("file:".count)))
        } else {
            throw SecretUnavailable(reference: "…", reason: "it is not env:NAME or file:/path")
        }
    }

    /// The secret, read anew at each call, so that rotating it needs no command.
    public func resolve() throws(SecretUnavailable) -> String {
        switch self {
        case .environment(let name):
            guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
                throw SecretUnavailable(
                    reference: description, reason: "this worker has no such variable")
            }
            return value
        case .file(let path):
            guard let bytes = FileManager.default.contents(atPath: path) else {
                throw SecretUnavailable(
                    reference: description, reason: "this worker cannot read that file")
            }
            let text = String(decoding: bytes, as: UTF8.self)
            return String(text.reversed().drop { $0.isNewline }.reversed())
        }
    }
}

extension SecretReference: CustomStringConvertible {
    public var description: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        }
    }
}

/// A reference to a secret that leads nowhere on this worker.
public struct SecretUnavailable: Error, Equatable {
    public let reference: String
    public let reason: String

    public init(reference: String, reason: String) {
        self.reference = reference
        self.reason = reason
    }
}
