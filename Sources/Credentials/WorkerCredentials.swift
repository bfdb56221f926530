internal import Dispatch
public import Foundation
import Values
internal import Yams

/// The credentials of a worker. Nothing else in its environment and files can be referred to.
///
/// Each use reads them again, so that changing one needs neither a command nor a restart. If
/// several have the same name, a variable precedes files, and an earlier path precedes a later one.
public struct WorkerCredentials: Sendable {
    /// YAML files with credentials by name, and directories with a file for each. Defaults to none.
    public let paths: [String]
    /// Directories that destinations may write to: no credential is read from below them.
    public let outside: [String]
    /// Whether filters may call volatile functions. Defaults to false: filters run with all rights
    /// of the source's role.
    public let allowsVolatileFilters: Bool
    /// The program that has them, for messages.
    private let owner: String
    private let environment: @Sendable () -> [String: String]

    /// The prefix of variables with a credential.
    public static let prefix = "FERRY_CREDENTIAL_"
    /// The largest file with several credentials.
    static let fileBytesMax = 1 << 20

    /// - Parameter owner: The program that has them, for messages.
    public init(
        paths: [String] = [], outside: [String] = [], allowsVolatileFilters: Bool = false,
        owner: String = "this worker",
        environment: @escaping @Sendable () -> [String: String] = {
            ProcessInfo.processInfo.environment
        }
    ) {
        self.paths = paths
        self.outside = outside
        self.allowsVolatileFilters = allowsVolatileFilters
        self.owner = owner
        self.environment = environment
    }

    /// The variable of a credential; nil for a name that cannot be a variable.
    static func variable(of name: String) -> String? {
        name.utf8.contains { "-.".utf8.contains($0) } ? nil : prefix + name.uppercased()
    }

    // MARK: - One credential

    /// Looks a credential up. Blocks while files are read, so use a thread that may block.
    ///
    /// - Parameter value: Extracts the value; nil for another kind.
    /// - Throws: ``CredentialUnavailable``
    func find<Value>(
        _ name: String, _ kind: CredentialKind, _ value: (Credential) -> Value?
    ) throws(CredentialUnavailable) -> Value {
        let found: Credential?
        do {
            found = try lookUp(name)
        } catch {
            throw CredentialUnavailable(
                "\(owner) cannot read credential \"\(shown(name))\": \(error)")
        }
        guard let found else {
            throw .unknown(name, kind, to: owner, others: names(of: kind))
        }
        guard let value = value(found) else {
            throw .wrongKind(name, found.kind, wanted: kind)
        }
        return value
    }

    /// The same, on a thread that may block.
    private func found<Value: Sendable>(
        _ name: String, _ kind: CredentialKind, _ value: @escaping @Sendable (Credential) -> Value?
    ) async throws(CredentialUnavailable) -> Value {
        let result: Result<Value, CredentialUnavailable> =
            await withCheckedContinuation { continuation in
                Self.queue.async {
                    do throws(CredentialUnavailable) {
                        continuation.resume(returning: .success(try find(name, kind, value)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
        return try result.get()
    }

    private static let queue = DispatchQueue(label: "ferry.credentials", attributes: .concurrent)

    private func lookUp(_ name: String) throws(CredentialProblem) -> Credential? {
        if let text = variables()[name] { return try CredentialReader.credential(text) }
        for path in paths {
            if let credential = try lookUp(name, in: path) { return credential }
        }
        return nil
    }

    private func lookUp(_ name: String, in path: String) throws(CredentialProblem) -> Credential? {
        if SecretFile.isDirectory(path) == true {
            let file = path + "/" + name
            guard CredentialName.isValid(name), SecretFile.isDirectory(file) != nil else {
                return nil
            }
            return try CredentialReader.credential(text(of: file, CredentialReader.bytesMax))
        }
        guard let node = try members(of: path).first(where: { $0.name == name })?.value else {
            return nil
        }
        return try CredentialReader.credential(node)
    }

    private func text(of file: String, _ bytesMax: Int) throws(CredentialProblem) -> String {
        try SecretFile(path: file, outside: outside).text(bytesMax: bytesMax)
    }

    /// The values of variables, by credential name; empty ones are ignored.
    private func variables() -> [String: String] {
        var values: [String: String] = [:]
        for (variable, value) in environment()
        where variable.hasPrefix(Self.prefix) && !value.isEmpty {
            values[variable.dropFirst(Self.prefix.count).lowercased()] = value
        }
        return values
    }

    private func members(
        of file: String
    ) throws(CredentialProblem) -> [(name: String, value: Node)] {
        let node: Node?
        do {
            node = try Yams.compose(yaml: try text(of: file, Self.fileBytesMax))
        } catch let problem as CredentialProblem {
            throw problem
        } catch let error as YamlError {
            throw CredentialProblem("\(file) is not YAML\(Self.place(of: error))")
        } catch {
            throw CredentialProblem("\(file) is not YAML")
        }
        guard let node, node.null == nil else { return [] }
        guard case .mapping(let mapping) = node else {
            throw CredentialProblem("\(file) must be a mapping of names to credentials")
        }
        var members: [(name: String, value: Node)] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string, CredentialName.isValid(name) else {
                throw CredentialProblem(
                    "\(file): the name of a credential must be \(CredentialName.rule)")
            }
            members.append((name, value))
        }
        return members
    }

    /// The place of a parse error; its own description would show the text.
    private static func place(of error: YamlError) -> String {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _),
            .composer(_, _, let mark, _):
            ": line \(mark.line), column \(mark.column)"
        default: ""
        }
    }

    // MARK: - All of them

    /// All credentials that can be read, by name.
    public func known() async -> [String: Credential] {
        await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: knownNow()) }
        }
    }

    private func knownNow() -> [String: Credential] {
        var known: [String: Credential] = [:]
        for name in allNames() {
            if let credential = try? lookUp(name) { known[name] = credential }
        }
        return known
    }

    /// Checks that the files and directories exist and are readable. Blocks while files are read.
    ///
    /// - Throws: ``CredentialProblem``
    public func check() throws(CredentialProblem) {
        for path in paths {
            switch SecretFile.isDirectory(path) {
            case nil: throw CredentialProblem("\(path): no such file or directory")
            case true?: break
            case false?: _ = try members(of: path)
            }
        }
    }

    /// The problems of single credentials, for the operators of the worker: each a sentence without
    /// the value. Blocks while files are read.
    public func problems() -> [String] {
        var problems: [String] = []
        for name in allNames() {
            do {
                _ = try lookUp(name)
            } catch {
                problems.append("credential \"\(name)\": \(error)")
            }
        }
        return problems
    }

    private func names(of kind: CredentialKind) -> [String] {
        knownNow().filter { $0.value.kind == kind }.keys.sorted()
    }

    private func allNames() -> [String] {
        var names = Set(variables().keys)
        for path in paths {
            if SecretFile.isDirectory(path) == true {
                let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
                names.formUnion(
                    files.filter {
                        CredentialName.isValid($0)
                            && SecretFile.isDirectory(path + "/" + $0) != true
                    })
            } else {
                names.formUnion(((try? members(of: path)) ?? []).map(\.name))
            }
        }
        return names.sorted()
    }
}

// By kind.
extension WorkerCredentials {
    /// The connection string of a credential.
    ///
    /// - Throws: ``CredentialUnavailable``
    public func postgres(_ name: String) async throws(CredentialUnavailable) -> String {
        try await found(name, .postgres) { if case .postgres(let text) = $0 { text } else { nil } }
    }

    /// - Throws: ``CredentialUnavailable``
    public func s3(_ name: String) async throws(CredentialUnavailable) -> S3Access {
        try await found(name, .s3) { if case .s3(let access) = $0 { access } else { nil } }
    }

    /// - Throws: ``CredentialUnavailable``
    public func webhook(_ name: String) async throws(CredentialUnavailable) -> WebhookAccess {
        try await found(name, .webhook) {
            if case .webhook(let access) = $0 { access } else { nil }
        }
    }

    /// The public key of a credential.
    ///
    /// - Throws: ``CredentialUnavailable``
    public func pgp(_ name: String) async throws(CredentialUnavailable) -> String {
        try await found(name, .pgp) { if case .pgp(let key) = $0 { key } else { nil } }
    }

    /// Blocks while files are read, so use a thread that may block.
    ///
    /// - Throws: ``CredentialUnavailable``
    public func sftp(_ name: String) throws(CredentialUnavailable) -> SFTPAccess {
        try find(name, .sftp) { if case .sftp(let access) = $0 { access } else { nil } }
    }
}
