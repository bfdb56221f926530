internal import Dispatch

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A destination that is a directory: on a disk, or on a mounted file system.
///
/// Staging is in `<path>/.staging/<run>/<token>/`, on the same file system, so that a delivery
/// becomes visible by one `rename`.
public struct DirectoryDestination: DestinationAdapter {
    private let name: String
    private let settings: DirectorySettings
    private let allowedRoots: [String]
    private let quarantine: Quarantine?
    private let step: @Sendable (String) throws -> Void

    /// - Parameters:
    ///   - name: The name under which it is configured, for messages.
    ///   - allowedRoots: Directories of the worker; the destination's path must be one of them or
    ///     be below one. Links are resolved on both sides for each operation.
    public init(name: String, settings: DirectorySettings, allowedRoots: [String]) {
        self.init(name: name, settings: settings, allowedRoots: allowedRoots, quarantine: nil)
    }

    /// - Parameters:
    ///   - quarantine: Created below the path if it is missing, and used instead of it.
    ///   - step: Called before each step of publishing that changes something; if it throws,
    ///     publishing ends there, as in a crash.
    init(
        name: String, settings: DirectorySettings, allowedRoots: [String],
        quarantine: Quarantine? = nil, step: @escaping @Sendable (String) throws -> Void = { _ in }
    ) {
        self.quarantine = quarantine
        self.name = name
        self.settings = settings
        self.allowedRoots = allowedRoots
        self.step = step
    }

    public func test() async throws {
        try await blocking { root in
            FileTreeStaging.sweep(tree, root, destination: name)
            try FileTreeProbe(tree: tree, destination: name).run(
                in: [FileTreeStaging.name], below: root, showingIn: root)
        }
    }

    public func stage(
        _ delivery: StagedDelivery, _ file: StagedFile
    ) async throws -> any StagedFileWriter {
        guard isPlainName(file.name) else {
            throw DestinationError.invalidPublication(
                destination: name, run: delivery.run, reason: "\"\(file.name)\" is not a plain name"
            )
        }
        return try await blocking { root in
            let staging = FileTreeStaging(tree: tree, root: root, run: delivery.run)
            let folder = try staging.create(token: delivery.token)
            return try DirectoryFileWriter(
                destination: name, folder: folder, name: file.name, modes: settings.modes)
        }
    }

    public func rehearse(_ publication: Publication) async throws {
        try await publishing(publication) { try $0.rehearse() }
    }

    public func publish(_ publication: Publication) async throws {
        try await publishing(publication) { try $0.publish() }
    }

    public func isPublished(_ publication: Publication) async throws -> Bool {
        do {
            return try await publishing(publication) { try $0.isPublished() }
        } catch DestinationError.alreadyPublished {
            return false
        }
    }

    private func publishing<Result: Sendable>(
        _ publication: Publication,
        _ work: @escaping @Sendable (FileTreePublisher) throws -> Result
    ) async throws -> Result {
        let manifest = try publication.checkedManifest(destination: name)
        return try await blocking { root in
            try work(
                FileTreePublisher(
                    tree: tree, destination: name, root: root, publication: publication,
                    manifest: manifest, step: step))
        }
    }

    public func discard(run: Int64, exceptTokens: Set<Int64>) async throws {
        try await blocking { root in
            let staging = FileTreeStaging(tree: tree, root: root, run: run)
            try staging.remove(exceptTokens: exceptTokens)
        }
    }

    public func discard(run: Int64, tokens: ClosedRange<Int64>) async throws {
        try await blocking { root in
            try FileTreeStaging(tree: tree, root: root, run: run).remove(tokens: tokens)
        }
    }

    public func stagedRuns() async throws -> Set<Int64> {
        try await blocking { root in
            FileTreeStaging.sweep(tree, root, destination: name)
            return try FileTreeStaging.runs(of: tree, in: root)
        }
    }

    private var tree: LocalFileTree { LocalFileTree(destination: name, modes: settings.modes) }

    /// Runs work on a thread that may block, with the directory's resolved path.
    private func blocking<Result: Sendable>(
        _ work: @escaping @Sendable (_ root: String) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Self.queue.async {
                do {
                    continuation.resume(returning: try work(resolvedRoot()))
                } catch let error as SystemCallError {
                    continuation.resume(throwing: error.asDestinationError(of: name))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    private static let queue = DispatchQueue(
        label: "ferry.directory-destination", attributes: .concurrent)

    private func resolvedRoot() throws -> String {
        let path = settings.path
        let resolved = try FileSystem.resolved(path)
        let allowed = try allowedRoots.map { try FileSystem.resolved($0) ?? $0 }
        guard allowed.contains(where: { Self.contains($0, resolved ?? path) }) else {
            let list = allowedRoots.isEmpty ? "none" : allowedRoots.joined(separator: ", ")
            throw DestinationError.notAllowed(
                destination: name, path: path,
                rule: "it is not in a directory that the worker allows (\(list)). "
                    + "Start the worker with --allow-directory, or choose another path")
        }
        guard let resolved, try FileSystem.kind(of: resolved) == S_IFDIR else {
            throw DestinationError.notFound(destination: name, path: path)
        }
        guard let folders = quarantine?.folders else { return resolved }
        // One by one: one of them could be a link.
        try tree.createDirectories(folders, below: resolved)
        return ([resolved] + folders).joined(separator: "/")
    }

    private static func contains(_ root: String, _ path: String) -> Bool {
        let rootParts = root.split(separator: "/")
        return path.split(separator: "/").starts(with: rootParts)
    }
}
