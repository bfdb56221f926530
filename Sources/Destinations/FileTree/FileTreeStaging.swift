internal import Foundation

/// The staging of one run in a tree of files:
///
///     .staging/<run>/<token>/<file>                files being written, or waiting
///     .staging/<run>/delivery-<manifest hash>/     what is being assembled to be published
///
/// What is assembled is found by the manifest, not by a token: whoever resumes a publication,
/// under whatever token, comes upon the same directory and the files already in it.
struct FileTreeStaging {
    static let name = ".staging"
    private static let deliveryPrefix = "delivery-"

    let tree: any FileTree
    let root: String
    let run: Int64

    /// The run's folder, which may not exist.
    var path: String { "\(root)/\(Self.name)/\(run)" }

    /// What a run's staging is called while it is being removed.
    private static let removedPrefix = ".removed-"

    /// The runs that have a folder in staging.
    static func runs(of tree: any FileTree, in root: String) throws -> Set<Int64> {
        let names = try tree.names(in: "\(root)/\(name)")
        return Set(names.compactMap { name in Int64(name).flatMap { "\($0)" == name ? $0 : nil } })
    }

    /// Makes sure that the run's folder exists.
    func createRun() throws {
        try tree.createDirectories([Self.name, "\(run)"], below: root)
    }

    func path(token: Int64) -> String { "\(path)/\(token)" }

    /// Makes sure that the directory of a token exists; returns its path.
    func create(token: Int64) throws -> String {
        try create("\(token)")
        return path(token: token)
    }

    func deliveryPath(manifestHash: String) -> String {
        "\(path)/\(Self.deliveryPrefix)\(manifestHash)"
    }

    func createDelivery(manifestHash: String) throws {
        try create(Self.deliveryPrefix + manifestHash)
    }

    private func create(_ folder: String) throws {
        // Whoever discards all there was takes the run's folder away, maybe at this very moment.
        let retriesMax = 9
        for _ in 1...retriesMax {
            do {
                return try createOnce(folder)
            } catch DestinationError.notFound {}
        }
        try createOnce(folder)
    }

    private func createOnce(_ folder: String) throws {
        try tree.createDirectories([Self.name, "\(run)", folder], below: root)
    }

    func remove(exceptTokens: Set<Int64>) throws {
        guard !exceptTokens.isEmpty else { return try removeAll() }
        for name in try tree.names(in: path) {
            let isKept =
                Int64(name).map(exceptTokens.contains) ?? name.hasPrefix(Self.deliveryPrefix)
            if !isKept { try tree.remove(path + "/" + name) }
        }
    }

    /// Renames it first: a process that is just publishing what is assembled there, of a run that
    /// was abandoned, then shows all of it or nothing.
    private func removeAll() throws {
        guard try tree.entry(at: path) != nil else { return }
        let doomed = "\(root)/\(Self.name)/\(Self.removedPrefix)\(UUID().uuidString)"
        do {
            try tree.rename(path, to: doomed)
        } catch is DestinationError {
            // Where no folder can be renamed, none can be published either.
            return try tree.remove(path)
        }
        try tree.remove(doomed)
    }

    /// Removes what processes that died have left: probes of more than a day ago, and what was
    /// being removed. Fails silently.
    static func sweep(_ tree: any FileTree, _ root: String, destination: String) {
        let staging = "\(root)/\(name)"
        FileTreeProbe(tree: tree, destination: destination).sweep([root, staging])
        for name in (try? tree.names(in: staging)) ?? [] where name.hasPrefix(removedPrefix) {
            try? tree.remove(staging + "/" + name)
        }
    }

    func remove(tokens: ClosedRange<Int64>) throws {
        for name in try tree.names(in: path) {
            if let token = Int64(name), tokens.contains(token) {
                try tree.remove(path + "/" + name)
            }
        }
        // Unless something else is in it.
        tree.removeIfEmpty(path)
    }
}
