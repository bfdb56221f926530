internal import Formats
public import Foundation
public import Values

/// The newest delivery of a data export: the content of `latest.json`, next to the folders of the
/// deliveries.
///
/// The schema of its JSON is described in `docs/manifest.md`.
public struct LatestDelivery: Sendable, Equatable {
    public static let fileName = "latest.json"

    public let run: Int64
    /// The folder of the delivery, next to this file.
    public let folder: String
    /// SHA-256 of the manifest in that folder, in lowercase hexadecimal digits.
    public let sha256: String
    public let takenAt: Instant

    /// - Parameters:
    ///   - folder: A plain name.
    ///   - sha256: That of the manifest's bytes.
    public init(of manifest: Manifest, in folder: String, sha256: String) {
        run = manifest.run
        self.folder = folder
        self.sha256 = sha256
        takenAt = manifest.snapshot.takenAt
    }

    /// The manifest of the delivery, as a path from the folder of this file.
    public var manifestPath: String { folder + "/" + Manifest.fileName }

    /// The bytes of the file; the same for the same delivery.
    public func encoded() -> [UInt8] { canonicalJSON }

    /// - Returns: Nil for anything but a `latest.json`.
    public init?(decoding bytes: some DataProtocol) {
        guard let value = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            return nil
        }
        self = value
    }
}

extension LatestDelivery: Codable {
    private enum CodingKeys: String, CodingKey {
        case run, folder, manifest, sha256
        case takenAt = "snapshot_taken_at"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        run = try container.decode(Int64.self, forKey: .run)
        folder = try container.decode(String.self, forKey: .folder)
        sha256 = try container.decode(String.self, forKey: .sha256)
        takenAt = try container.decode(Instant.self, forKey: .takenAt)
        guard Manifest.isPlainFileName(folder) else {
            throw DecodingError.dataCorruptedError(
                forKey: .folder, in: container, debugDescription: "it is not a plain name")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(run, forKey: .run)
        try container.encode(folder, forKey: .folder)
        // For readers that prefer a complete path.
        try container.encode(manifestPath, forKey: .manifest)
        try container.encode(sha256, forKey: .sha256)
        try container.encode(takenAt, forKey: .takenAt)
    }
}
