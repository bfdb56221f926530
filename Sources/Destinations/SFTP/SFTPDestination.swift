internal import Credentials
internal import Dispatch
internal import Formats

/// A destination that is a directory on an SFTP server.
///
/// Staging is in `<path>/.staging/<run>/<token>/` on the server, so that a delivery becomes visible
/// by one `rename` there. Each operation, and each open file, has its own session.
struct SFTPDestination: DestinationAdapter {
    private let name: String
    private let settings: SFTPSettings
    private let credentials: WorkerCredentials
    private let timeouts: SFTPTimeouts
    private let quarantine: Quarantine?
    private let step: @Sendable (String) throws -> Void

    /// - Parameters:
    ///   - name: The name under which it is configured, for messages.
    ///   - credentials: Those of this worker.
    ///   - quarantine: Created below the path if it is missing, and used instead of it.
    ///   - step: Called before each step of publishing that changes something; if it throws,
    ///     publishing ends there, as in a crash.
    init(
        name: String, settings: SFTPSettings, credentials: WorkerCredentials,
        timeouts: SFTPTimeouts = SFTPTimeouts(), quarantine: Quarantine? = nil,
        step: @escaping @Sendable (String) throws -> Void = { _ in }
    ) {
        self.name = name
        self.settings = settings
        self.credentials = credentials
        self.timeouts = timeouts
        self.quarantine = quarantine
        self.step = step
    }

    func test() async throws {
        try await blocking(timeouts.ofTest) { tree in
            FileTreeStaging.sweep(tree, root, destination: name)
            try FileTreeProbe(tree: tree, destination: name).run(
                in: [FileTreeStaging.name], below: root, showingIn: root)
        }
    }

    func stage(_ delivery: StagedDelivery, _ file: StagedFile) async throws -> any StagedFileWriter
    {
        guard isPlainName(file.name) else {
            throw DestinationError.invalidPublication(
                destination: name, run: delivery.run, reason: "\"\(file.name)\" is not a plain name"
            )
        }
        return try await onThread {
            let tree = try connect(timeouts)
            do {
                let staging = staging(of: delivery.run, in: tree)
                let folder = try staging.create(token: delivery.token)
                return try SFTPFileWriter(tree, folder: folder, name: file.name)
            } catch {
                tree.session.close()
                throw error
            }
        }
    }

    func rehearse(_ publication: Publication) async throws {
        try await publishing(publication, timeouts) { try $0.rehearse() }
    }

    func publish(_ publication: Publication) async throws {
        try await publishing(publication, timeouts) { try $0.publish() }
    }

    func isPublished(_ publication: Publication) async throws -> Bool {
        do {
            return try await publishing(publication, timeouts.ofTest) { try $0.isPublished() }
        } catch DestinationError.alreadyPublished {
            return false
        }
    }

    private func publishing<Result: Sendable>(
        _ publication: Publication, _ timeouts: SFTPTimeouts,
        _ work: @escaping @Sendable (FileTreePublisher) throws -> Result
    ) async throws -> Result {
        let manifest = try publication.checkedManifest(destination: name)
        return try await blocking(timeouts) { tree in
            try work(
                FileTreePublisher(
                    tree: tree, destination: name, root: root, publication: publication,
                    manifest: manifest, step: step))
        }
    }

    func discard(run: Int64, exceptTokens: Set<Int64>) async throws {
        try await blocking { try staging(of: run, in: $0).remove(exceptTokens: exceptTokens) }
    }

    func discard(run: Int64, tokens: ClosedRange<Int64>) async throws {
        try await blocking { try staging(of: run, in: $0).remove(tokens: tokens) }
    }

    func stagedRuns() async throws -> Set<Int64> {
        try await blocking { tree in
            FileTreeStaging.sweep(tree, root, destination: name)
            return try FileTreeStaging.runs(of: tree, in: root)
        }
    }

    private func staging(of run: Int64, in tree: SFTPFileTree) -> FileTreeStaging {
        FileTreeStaging(tree: tree, root: root, run: run)
    }

    private var root: String {
        ([settings.path] + (quarantine?.folders ?? [])).joined(separator: "/")
    }

    private func connect(_ timeouts: SFTPTimeouts) throws -> SFTPFileTree {
        let session = try SFTPSession(
            destination: name, settings: settings, credentials: credentials, timeouts: timeouts)
        let tree = SFTPFileTree(session: session)
        guard try tree.isDirectory(settings.path) else {
            throw DestinationError.notFound(
                destination: name, path: session.shown(settings.path))
        }
        if let quarantine {
            try tree.createDirectories(quarantine.folders, below: settings.path)
        }
        return tree
    }

    /// Runs work with a session, on a thread that may block.
    ///
    /// - Parameter timeouts: Nil for those of the destination.
    private func blocking<Result: Sendable>(
        _ timeouts: SFTPTimeouts? = nil,
        _ work: @escaping @Sendable (SFTPFileTree) throws -> Result
    ) async throws -> Result {
        try await onThread {
            let tree = try connect(timeouts ?? self.timeouts)
            defer { tree.session.close() }
            return try work(tree)
        }
    }

    private func onThread<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Self.queue.async { continuation.resume(with: Swift.Result { try work() }) }
        }
    }

    private static let queue = DispatchQueue(
        label: "ferry.sftp-destination", attributes: .concurrent)
}
