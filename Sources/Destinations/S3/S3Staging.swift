/// The staging of an S3 destination: `<prefix>.staging/<run>/<token>/<file>`.
struct S3Staging: Sendable {
    static let name = ".staging"

    let client: S3Client

    /// What its keys begin with.
    var root: String { "\(client.settings.prefix)\(Self.name)/" }

    func key(run: Int64, token: Int64, file: String) -> String {
        "\(root)\(run)/\(token)/\(file)"
    }

    /// The runs with remaining objects, or parts of objects.
    func runs() async throws -> Set<Int64> {
        let folders = try await client.folders(under: root)
        let uploads = try await client.uploads(under: root).map { upload in
            String(upload.key.dropFirst(root.count).prefix { $0 != "/" })
        }
        return Set((folders + uploads).compactMap(Self.number))
    }

    /// Removes the probes of dead processes.
    func sweepProbes() async {
        await S3Probe(client: client).sweep(root)
    }

    /// Removes the staged objects of a run with the selected tokens. Objects without a token count
    /// as nil.
    func remove(run: Int64, where isChosen: (_ token: Int64?) -> Bool) async throws {
        let folder = "\(root)\(run)/"
        func isChosenKey(_ key: String) -> Bool {
            isChosen(Self.number(String(key.dropFirst(folder.count).prefix { $0 != "/" })))
        }
        // Uploads first: one that is completed meanwhile is then listed as an object.
        let uploads = try await client.uploads(under: folder).filter { isChosenKey($0.key) }
        _ = try await uploads.concurrently(atMost: 8) { try await client.abort($0) }
        try await client.delete(try await client.keys(under: folder).filter(isChosenKey))
    }

    /// A number in Ferry's format, without leading zeros.
    private static func number(_ name: String) -> Int64? {
        Int64(name).flatMap { "\($0)" == name ? $0 : nil }
    }
}
