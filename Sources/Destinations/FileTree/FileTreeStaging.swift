internal import Foundation

/// The staging of one run in a file tree:
///
///     .staging/<run>/<token>/<file>                files being written, or waiting
///     .staging/<run>/delivery-<manifest hash>/     what is being assembled to be published
///
/// The assembled delivery is named by the manifest, not by a token: a resumed publication, under
/// whatever token, finds the same directory and the files already in it.
struct FileTreeStaging {
    static let name = ".staging"
    private static let deliveryPrefix = "delivery-"

    let tree: any FileTree
    let root: String
    let run: Int64

    /// The run's folder, which may not exist.
    var path: String { "\(root)/\(Self.name)/\(run)" }

    /// The name prefix of a run's staging while it is being removed.
    private static let removedPrefix = ".removed-"

    /// The runs that have a folder in staging.
    static func runs(of tree: any FileTree, in root: String) throws -> Set<Int64> {
        let names = try tree.names(in: "\(root)/\(name)")
        return Set(names.compactMap { name in Int64(name).flatMap { "\($0)" == name ? $0 : nil } })
    }

    /// Creates the run's folder if it is missing.
    func createRun() throws {
        try tree.createDirectories([Self.name, "\(run)"], below: root)
    }

    func path(token: Int64) -> String { "\(path)/\(token)" }

    /// Creates the directory of a token if it is missing; returns its path.
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
        // Another process that discards the run's staging may remove the run's folder at this
        // moment.
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

    /// Renames it first: a process that is still publishing this abandoned run then publishes
    /// everything or nothing.
    private func removeAll() throws {
        guard try tree.entry(at: path) != nil else { return }
        let doomed = "\(root)/\(Self.name)/\(Self.removedPrefix)\(UUID().uuidString)"
        do {
            try tree.rename(path, to: doomed)
        } catch is DestinationError {
            // If folders cannot be renamed, none can be published either.
            return try tree.remove(path)
        }
        try tree.remove(doomed)
    }

    /// Removes leftovers of dead processes: probes older than a day, and partially removed staging.
    /// Errors are ignored.
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
        // Only if it is empty.
        tree.removeIfEmpty(path)
    }
}
