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
        guard !exceptTokens.isEmpty else { return try tree.remove(path) }
        for name in try tree.names(in: path) {
            let isKept =
                Int64(name).map(exceptTokens.contains) ?? name.hasPrefix(Self.deliveryPrefix)
            if !isKept { try tree.remove(path + "/" + name) }
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
